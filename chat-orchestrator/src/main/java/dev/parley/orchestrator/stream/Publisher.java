package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.core.Emitted;
import dev.parley.orchestrator.core.TeamEvent;
import dev.parley.orchestrator.core.TeamSlice;
import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.PipelineEvent;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Makes records of what was decided: seals texts, links turns into their chain, times checkpoints,
 * and forwards in the order decided. Of one task.
 */
final class Publisher {

    private final ProcessorContext<OutKey, byte[]> context;
    private final KeyValueStore<String, byte[]> store;
    private final Carriage carriage;
    private final PersonKeys keys;
    private final StepTimes times;

    /** Of the decision in hand. */
    record Occasion(String userId, Instant now, @Nullable String traceparent) {}

    Publisher(
            ProcessorContext<OutKey, byte[]> context,
            KeyValueStore<String, byte[]> store,
            Carriage carriage,
            StepTimes times) {
        this.context = context;
        this.store = store;
        this.carriage = carriage;
        this.keys = new PersonKeys(store, carriage.cipher(), carriage.masterKey());
        this.times = times;
    }

    void publish(Occasion occasion, Emitted emitted) {
        switch (emitted) {
            case Emitted.Dispatch dispatch -> event(occasion, Topic.JOBS, null, dispatch.job());
            case Emitted.Control control ->
                    event(occasion, Topic.CONTROL, control.event().messageId(), control.event());
            case Emitted.Turn turn -> turn(occasion, turn);
            case Emitted.Step step -> step(occasion, step);
            case Emitted.Frame frame -> frame(occasion, frame);
            case Emitted.Erased ignored -> destroyKey(occasion);
            case Emitted.TeamWant want ->
                    team(
                            occasion,
                            new TeamEvent.SliceWanted(
                                    want.team(),
                                    partition(),
                                    want.userId(),
                                    want.messageId(),
                                    want.need().tokens(),
                                    want.need().cost(),
                                    want.least().tokens(),
                                    want.least().cost(),
                                    want.at()));
            case Emitted.TeamUse use ->
                    team(
                            occasion,
                            new TeamEvent.SliceUsed(
                                    use.team(),
                                    partition(),
                                    use.used().tokens(),
                                    use.used().cost(),
                                    use.taken().tokens(),
                                    use.taken().cost(),
                                    use.at()));
        }
    }

    /** What this partition does not hold of a team's slice. */
    void giveBack(TeamEvent.SliceRecalled recalled, TeamSlice.Share back, Instant now) {
        team(
                new Occasion("", now, null),
                new TeamEvent.SliceReturned(
                        recalled.team(),
                        partition(),
                        recalled.recall(),
                        back.tokens(),
                        back.cost(),
                        now));
    }

    private int partition() {
        return context.taskId().partition();
    }

    private void team(Occasion occasion, TeamEvent.ToAccount event) {
        context.forward(
                new Record<>(
                        new OutKey(Topic.TEAMS.topicName(), event.team()),
                        Json.write(event),
                        occasion.now().toEpochMilli()));
    }

    /** Puts poison aside as it came, with the reason and where it stood. */
    void deadLetter(Record<String, byte[]> poison, String source, String topic, String reason) {
        Headers headers = new RecordHeaders(poison.headers().toArray());
        put(headers, "dlt_reason", reason);
        put(headers, "dlt_source", source);
        put(headers, "dlt_service", carriage.instance().service() + "/" + carriage.instance().id());
        carriage.meters().counter("parley.dead.letters", "topic", topic).increment();
        context.forward(
                new Record<>(
                        new OutKey(topic + Topic.DEAD_LETTER_SUFFIX, poison.key()),
                        poison.value(),
                        Math.max(0, poison.timestamp()),
                        headers));
    }

    private void turn(Occasion occasion, Emitted.Turn turn) {
        String userId = occasion.userId();
        TurnRecord.Body body = TurnSealer.body(turn.draft(), text -> sealed(occasion, turn, text));
        String chainKey = StateKeys.chain(userId, turn.conversationId());
        byte[] head = store.get(chainKey);
        TurnRecord link =
                ConversationChain.link(
                        head == null
                                ? ConversationChain.Head.START
                                : Json.read(head, ConversationChain.Head.class),
                        turn.conversationId(),
                        userId,
                        turn.author().team(),
                        turn.author().role(),
                        turn.at(),
                        body);
        store.put(chainKey, Json.write(ConversationChain.after(link)));
        event(occasion, Topic.TURNS, turn.conversationId(), link);
    }

    private SealedText sealed(Occasion occasion, Emitted.Turn turn, String text) {
        String messageId = turn.draft().messageId();
        String redacted = carriage.redaction().of(text);
        PersonKey words = turn.author().words();
        return words != null
                ? keys.seal(words, messageId, redacted)
                : keys.seal(
                        occasion.userId(),
                        messageId,
                        redacted,
                        occasion.now(),
                        key -> publishKey(occasion, key));
    }

    private void publishKey(Occasion occasion, PersonKey key) {
        event(occasion, Topic.KEYS, key.userId(), key);
    }

    /** The one place that writes a tombstone of a key. */
    private void destroyKey(Occasion occasion) {
        keys.destroy(occasion.userId());
        context.forward(
                new Record<>(
                        new OutKey(Topic.KEYS.topicName(), occasion.userId()),
                        null,
                        Math.max(0, occasion.now().toEpochMilli())));
    }

    private void step(Occasion occasion, Emitted.Step step) {
        StepTimes.Span span = times.of(step.name());
        event(
                occasion,
                Topic.FLOW,
                step.messageId(),
                new Checkpoint(
                        step.messageId(),
                        step.conversationId(),
                        occasion.userId(),
                        step.name(),
                        carriage.instance().service(),
                        carriage.instance().id(),
                        span.startedAt(),
                        span.duration().toNanos() / 1_000,
                        step.status(),
                        step.detail()));
    }

    private void frame(Occasion occasion, Emitted.Frame frame) {
        ReplyTo to = frame.to();
        if (!carriage.lanes().exists(to.lane())) {
            carriage.meters().counter("parley.frames.without.lane").increment();
            return;
        }
        String kind = kind(frame.frame());
        Headers headers = new RecordHeaders();
        if (frame.messageId() == null) {
            put(headers, LaneHeaders.EPOCH, Integer.toString(to.epoch()));
            put(headers, LaneHeaders.ATTEMPT, Integer.toString(frame.attempt()));
            put(headers, LaneHeaders.KIND, kind);
        } else {
            Outbound.writeLaneHeaders(headers, to, frame.messageId(), frame.attempt(), kind);
        }
        context.forward(
                new Record<>(
                        new OutKey(Topic.lane(to.lane()), to.sessionId()),
                        Json.write(frame.frame()),
                        occasion.now().toEpochMilli(),
                        headers));
    }

    private void event(Occasion occasion, Topic topic, @Nullable String key, PipelineEvent event) {
        Headers headers = new RecordHeaders();
        carriage.outbound().writeHeaders(headers, event, occasion.traceparent());
        context.forward(
                new Record<>(
                        new OutKey(topic.topicName(), key),
                        Json.write(event),
                        occasion.now().toEpochMilli(),
                        headers));
    }

    /** The frames that the orchestrator writes; any other would be a mistake of ours. */
    private static String kind(ServerFrame frame) {
        return switch (frame) {
            case ServerFrame.Done _ -> "done";
            case ServerFrame.Failure _ -> "error";
            case ServerFrame.Token _ -> "token";
            case ServerFrame.Restart _ -> "restart";
            case ServerFrame.Approval _ -> "approval";
            case ServerFrame.Warning _ -> "warning";
            case ServerFrame.Blocked _ -> "blocked";
            case ServerFrame.Welcome _,
                    ServerFrame.Accepted _,
                    ServerFrame.ToolCall _,
                    ServerFrame.ToolResult _,
                    ServerFrame.AuthExpiring _,
                    ServerFrame.Closing _,
                    ServerFrame.Pong _ ->
                    throw new IllegalArgumentException(
                            "the orchestrator writes no " + frame.getClass().getSimpleName());
        };
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
