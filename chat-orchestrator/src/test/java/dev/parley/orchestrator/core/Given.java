package dev.parley.orchestrator.core;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One user before the rules, in memory: decides, and keeps what was decided. */
public final class Given implements Memory {

    public static final Instant START = Instant.parse("2026-03-01T10:00:00Z");
    public static final String USER = "ada";
    public static final ReplyTo LANE = new ReplyTo("session-1", 7, 3);
    public static final ReplyTo OTHER_LANE = new ReplyTo("session-2", 8, 1);
    public static final Duration DEADLINE = Duration.ofMinutes(5);
    public static final Duration GRACE = Duration.ofSeconds(2);

    public Instant now = START;
    public Policy policy = policy(limits());
    public DeciderSettings settings = settings();
    public UserState user = UserState.NEW;
    public final Map<String, Conversation> conversations = new HashMap<>();
    public final Map<String, Message> messages = new HashMap<>();
    public final Map<String, Parking> parkings = new HashMap<>();
    public final Map<String, TeamSlice> teams = new HashMap<>();
    public final List<Emitted> everything = new ArrayList<>();

    @Override
    public UserState user() {
        return user;
    }

    @Override
    public @Nullable Conversation conversation(String id) {
        return conversations.get(id);
    }

    @Override
    public TeamSlice team(String team) {
        return teams.getOrDefault(team, TeamSlice.none(team));
    }

    @Override
    public @Nullable Message message(String id) {
        return messages.get(id);
    }

    @Override
    public @Nullable Parking parking(String id) {
        return parkings.get(id);
    }

    /** Decides and applies; the answer is the whole list of what is emitted. */
    public List<Emitted> when(Trigger trigger) {
        Decision decision = new Decider(settings, Probe.NONE).decide(this, trigger, now, policy);
        user = decision.user();
        decision.conversations().forEach(c -> conversations.put(c.id(), c));
        decision.messages().forEach(m -> messages.put(m.id(), m));
        decision.teams().forEach(t -> teams.put(t.team(), t));
        decision.forgotten().forEach(messages::remove);
        decision.parkings().forEach(p -> parkings.put(p.messageId(), p));
        decision.unparked().forEach(parkings::remove);
        everything.addAll(decision.emitted());
        return decision.emitted();
    }

    public List<Emitted> when(RequestEvent request) {
        return when(new Trigger.Requested(request));
    }

    public List<Emitted> when(ResultEvent result) {
        return when(new Trigger.Reported(result));
    }

    public Given after(Duration time) {
        now = now.plus(time);
        return this;
    }

    public static DeciderSettings settings() {
        return new DeciderSettings(
                new DeciderSettings.Answer(DEADLINE, GRACE, 4096, 16, 64_000),
                new DeciderSettings.Context(50, 100_000, null),
                new DeciderSettings.Retention(200, 50, 3),
                new DeciderSettings.Queue(3, Duration.ofMinutes(1), Duration.ofSeconds(10)),
                ZoneId.of("UTC"),
                "demo");
    }

    public static Policy policy(PolicyRecord.Limits limits, PolicyRecord... more) {
        List<PolicyRecord> records = new ArrayList<>(List.of(more));
        records.add(role("user", limits, null));
        return Policy.of(records);
    }

    public static PolicyRecord.Role role(
            String name, PolicyRecord.Limits limits, @Nullable List<String> models) {
        return new PolicyRecord.Role(name, limits, false, models, Map.of(), null);
    }

    public static PolicyRecord.Limits limits(Object... namesAndValues) {
        Map<String, Object> of = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            of.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return dev.parley.schemas.Json.mapper().convertValue(of, PolicyRecord.Limits.class);
    }

    public static Caller caller() {
        return new Caller(USER, "Ada", null, "user", null);
    }

    public static String id(String clientMsgId) {
        return MessageIds.of(USER, clientMsgId);
    }

    public Said say(String text) {
        return new Said("c-" + text, text, "home", LANE, null, null, null);
    }

    /** A message with what differs from the usual. */
    public record Said(
            String clientMsgId,
            String text,
            String conversation,
            ReplyTo replyTo,
            @Nullable String model,
            @Nullable Integer maxTokens,
            @Nullable Caller as) {

        public Said under(String id) {
            return new Said(id, text, conversation, replyTo, model, maxTokens, as);
        }

        public Said in(String other) {
            return new Said(clientMsgId, text, other, replyTo, model, maxTokens, as);
        }

        public Said from(ReplyTo other) {
            return new Said(clientMsgId, text, conversation, other, model, maxTokens, as);
        }

        public Said to(String other) {
            return new Said(clientMsgId, text, conversation, replyTo, other, maxTokens, as);
        }

        public Said upTo(int tokens) {
            return new Said(clientMsgId, text, conversation, replyTo, model, tokens, as);
        }

        public Said by(Caller other) {
            return new Said(clientMsgId, text, conversation, replyTo, model, maxTokens, other);
        }

        public RequestEvent.MessageSubmitted event() {
            return new RequestEvent.MessageSubmitted(
                    id(clientMsgId),
                    clientMsgId,
                    conversation,
                    "home",
                    text,
                    model,
                    maxTokens,
                    null,
                    null,
                    "ws",
                    as == null ? caller() : as,
                    replyTo,
                    START);
        }
    }

    public static ResultEvent.AnswerCompleted answered(
            String clientMsgId, String answer, long in, long out) {
        return answered(clientMsgId, answer, "stop", in, out, 1);
    }

    public static ResultEvent.AnswerCompleted answered(
            String clientMsgId, String answer, String finish, long in, long out, int attempt) {
        return new ResultEvent.AnswerCompleted(
                id(clientMsgId),
                USER,
                attempt,
                answer,
                finish,
                "demo",
                new TokenUsage(in, out, 0, false),
                0,
                List.of(),
                1,
                START,
                START,
                START,
                "worker-1");
    }

    public static ResultEvent.AnswerFailed failed(
            String clientMsgId, ErrorCode code, String partial, long in, long out) {
        return new ResultEvent.AnswerFailed(
                id(clientMsgId),
                USER,
                1,
                code,
                "The model failed.",
                null,
                partial,
                "demo",
                new TokenUsage(in, out, 0, true),
                START,
                null,
                START,
                "worker-1");
    }

    public static ResultEvent.AttemptStarted started(String clientMsgId, int attempt) {
        return new ResultEvent.AttemptStarted(id(clientMsgId), USER, attempt, "worker-1", START);
    }

    public static RequestEvent.StopRequested stop(String messageId) {
        return new RequestEvent.StopRequested(messageId, caller(), LANE, START);
    }

    public static PolicyRecord.Model priced(String name, String input, String output) {
        return new PolicyRecord.Model(
                name,
                List.of(),
                new PolicyRecord.Price(new BigDecimal(input), new BigDecimal(output), null));
    }

    /** One line for each thing emitted, for tables. */
    public static List<String> lines(List<Emitted> emitted) {
        return emitted.stream().map(Lines::of).toList();
    }
}
