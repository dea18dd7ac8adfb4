package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.core.Decider;
import dev.parley.orchestrator.core.Decision;
import dev.parley.orchestrator.core.Emitted;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.core.Running;
import dev.parley.orchestrator.core.TeamEvent;
import dev.parley.orchestrator.core.TeamSlice;
import dev.parley.orchestrator.core.Trigger;
import dev.parley.orchestrator.core.UserState;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests and results of the users of one partition, and the deadlines of what runs there.
 * Whatever cannot be read or decided goes to the dead-letter topic and the next record is served.
 */
final class UserProcessor implements Processor<String, byte[], OutKey, byte[]> {

    /** How often deadlines and the policy are looked at. */
    static final Duration TICK = Duration.ofMillis(250);

    /** How often a few conversations are looked at for their age. */
    static final Duration KEEP = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(UserProcessor.class);

    private final Rules rules;
    private final Carriage carriage;
    private final StepTimes times;
    private final Decider decider;

    private KeyValueStore<String, byte[]> store;
    private ProcessorContext<OutKey, byte[]> context;
    private Publisher publisher;
    private Deadlines deadlines;
    private Attempts attempts;
    private ViolationCount violations;
    private Policy lastPolicy = Policy.EMPTY;
    private @Nullable Cancellable ticking;

    @SuppressWarnings("NullAway.Init") // init() comes before any record
    UserProcessor(Rules rules, Carriage carriage) {
        this.rules = rules;
        this.carriage = carriage;
        this.times = new StepTimes(rules.clock(), System::nanoTime);
        this.decider = new Decider(rules.settings(), times);
    }

    /** Also after an aborted transaction: what is in memory is made anew from the store. */
    @Override
    public void init(ProcessorContext<OutKey, byte[]> newContext) {
        context = newContext;
        store = newContext.getStateStore(StateKeys.STORE);
        publisher = new Publisher(newContext, store, carriage, times);
        deadlines = new Deadlines(store);
        attempts = new Attempts(store, rules.takeover(), rules.workers(), System::nanoTime);
        violations = new ViolationCount(store, rules.violations());
        lastPolicy = rules.policy().get();
        ConversationKeeper keeper = new ConversationKeeper(store, rules.conversationAge());
        ticking = null;
        tickWhileNeeded();
        newContext.schedule(
                KEEP, PunctuationType.WALL_CLOCK_TIME, at -> keeper.step(rules.clock().instant()));
    }

    @Override
    public void process(Record<String, byte[]> record) {
        RecordMetadata from = context.recordMetadata().orElseThrow();
        String source = from.topic() + "/" + from.partition() + "/" + from.offset();
        Trigger trigger;
        try {
            if (from.topic().equals(Topic.SLICES.topicName())) {
                team(record);
                return;
            }
            trigger = read(from.topic(), record);
        } catch (UnreadableRecordException e) {
            LOG.warn("dead letter from {}: {}", source, e.getMessage());
            publisher.deadLetter(record, source, from.topic(), String.valueOf(e.getMessage()));
            return;
        }
        Publisher.Occasion occasion =
                new Publisher.Occasion(
                        trigger.userId(),
                        now(record.timestamp()),
                        Inbound.text(record.headers(), Outbound.TRACEPARENT));
        if (!counts(trigger, occasion)) {
            return;
        }
        if (!run(trigger, occasion)) {
            publisher.deadLetter(record, source, from.topic(), "cannot be decided");
            giveUp(trigger, occasion);
        }
    }

    /**
     * A task is looked at only while something runs or waits in it: each look makes a transaction,
     * and idle tasks would keep the thread committing.
     */
    private void tickWhileNeeded() {
        if (deadlines.size() > 0 && ticking == null) {
            ticking = context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, at -> tick());
        } else if (deadlines.size() == 0 && ticking != null) {
            ticking.cancel();
            ticking = null;
        }
    }

    /** A report of a worker that has no say counts for nothing, and the worker is told so. */
    private boolean counts(Trigger trigger, Publisher.Occasion occasion) {
        if (!(trigger instanceof Trigger.Reported(ResultEvent result))) {
            return true;
        }
        boolean runs;
        try {
            runs = running(occasion.userId(), result.messageId()) != null;
        } catch (UnreadableRecordException e) {
            // Whoever decides upon it says what is wrong.
            return true;
        }
        if (result instanceof ResultEvent.GuardReported report) {
            PolicyRecord.Block block = violations.report(report, occasion.now());
            if (block != null) {
                rules.blocks().accept(new BlockDue(block));
            }
        }
        Attempts.Admission admission = attempts.admit(result, runs);
        if (admission.word() != null) {
            publisher.publish(occasion, new Emitted.Control(admission.word()));
        }
        return admission.counts();
    }

    private @Nullable Running running(String userId, String messageId) {
        return new StoredMemory(store, userId).user().running(messageId);
    }

    /** Gives answers whose workers are not heard of any more to others, or ends them. */
    private void takeOver(Instant now) {
        for (Attempts.Lost lost : attempts.lost()) {
            Running answer;
            try {
                answer = running(lost.userId(), lost.messageId());
            } catch (UnreadableRecordException e) {
                continue;
            }
            if (answer == null || answer.stopping()) {
                continue;
            }
            Publisher.Occasion occasion = new Publisher.Occasion(lost.userId(), now, null);
            List<Emitted> words = lost.abandoned() ? List.of() : attempts.takeOver(lost, now);
            String outcome =
                    lost.abandoned() ? "abandoned" : words.isEmpty() ? "given_up" : "taken";
            words.forEach(word -> publisher.publish(occasion, word));
            carriage.meters().counter("parley.takeovers", "outcome", outcome).increment();
            LOG.info("takeover of the answer of {}: {}", lost.messageId(), outcome);
            if (lost.abandoned()) {
                publisher.publish(occasion, attempts.jobIsVoid(lost, now));
            }
            if (words.isEmpty()) {
                run(new Trigger.Reported(attempts.givenUp(lost, now)), occasion);
            }
        }
    }

    private void tick() {
        Instant now = rules.clock().instant();
        takeOver(now);
        for (Deadlines.Due due : deadlines.due(now)) {
            run(
                    new Trigger.DeadlinePassed(due.userId(), due.messageId()),
                    new Publisher.Occasion(due.userId(), now, null));
        }
        Policy policy = rules.policy().get();
        if (policy != lastPolicy) {
            lastPolicy = policy;
            for (String userId : deadlines.users()) {
                run(new Trigger.PolicyChanged(userId), new Publisher.Occasion(userId, now, null));
            }
        }
        tickWhileNeeded();
    }

    /** What the account of a team says to this partition. */
    private void team(Record<String, byte[]> record) {
        TeamEvent.ToPartition answer = Json.read(record.value(), TeamEvent.ToPartition.class);
        Instant now = now(record.timestamp());
        switch (answer) {
            case TeamEvent.SliceGranted granted -> answered(granted.userId(), answer, now);
            case TeamEvent.SliceRefused refused -> answered(refused.userId(), answer, now);
            case TeamEvent.SliceRecalled recalled -> {
                TeamSlice slice = new StoredMemory(store, "").team(recalled.team());
                TeamSlice.Share back = slice.returnable();
                store.put(StateKeys.team(slice.team()), Json.write(slice.returned(back)));
                publisher.giveBack(recalled, back, now);
            }
        }
    }

    private void answered(String userId, TeamEvent.ToPartition answer, Instant now) {
        run(new Trigger.TeamAnswered(userId, answer), new Publisher.Occasion(userId, now, null));
    }

    /** False when the rules cannot decide it, and then nothing has been written. */
    private boolean run(Trigger trigger, Publisher.Occasion occasion) {
        times.begin();
        StoredMemory memory = new StoredMemory(store, occasion.userId());
        Decision decision;
        try {
            decision = decider.decide(memory, trigger, occasion.now(), rules.policy().get());
        } catch (RuntimeException e) {
            LOG.error("{} of a user cannot be decided", trigger.getClass().getSimpleName(), e);
            return false;
        }
        UserState before = memory.user();
        List<Emitted> emitted =
                trigger instanceof Trigger.Reported(ResultEvent result)
                                && attempts.isContested(result.messageId())
                        ? ContestedEnd.of(decision.emitted())
                        : decision.emitted();
        for (Emitted one : emitted) {
            publisher.publish(occasion, one);
        }
        StoredMemory.write(store, occasion.userId(), before, decision);
        if (decision.emitted().stream().anyMatch(Emitted.Erased.class::isInstance)) {
            new Forgetting(store).textsOf(occasion.userId());
        }
        deadlines.follow(occasion.userId(), before, decision.user());
        tickWhileNeeded();
        attempts.follow(occasion.userId(), before, decision.user(), decision.emitted());
        if (rules.commitOnTerminal() && decision.emitted().stream().anyMatch(this::isTerminal)) {
            context.commit();
        }
        return true;
    }

    /**
     * Gateways read terminals committed: the sooner the transaction ends, the sooner they see it.
     */
    private boolean isTerminal(Emitted emitted) {
        return emitted instanceof Emitted.Frame frame && frame.messageId() != null;
    }

    /** Whoever was told that a message is accepted is told of its end, though it is our fault. */
    private void giveUp(Trigger trigger, Publisher.Occasion occasion) {
        if (!(trigger instanceof Trigger.Requested(RequestEvent request))
                || request.replyTo() == null
                || request.replyTo().sessionId() == null) {
            return;
        }
        String messageId =
                switch (request) {
                    case RequestEvent.Question question -> question.messageId();
                    case RequestEvent.StopRequested _,
                            RequestEvent.ApprovalGiven _,
                            RequestEvent.ErasureRequested _,
                            RequestEvent.ImportRequested _ ->
                            null;
                };
        if (messageId != null) {
            publisher.publish(
                    occasion,
                    new Emitted.Frame(
                            request.replyTo(),
                            messageId,
                            Emitted.TERMINAL_ATTEMPT,
                            new ServerFrame.Failure(
                                    messageId,
                                    null,
                                    "Something failed on our side; reference " + messageId + ".",
                                    ErrorCode.INTERNAL,
                                    ErrorCode.INTERNAL.retryable(),
                                    null,
                                    null,
                                    null)));
        }
    }

    private static Trigger read(String topic, Record<String, byte[]> record) {
        String userId;
        Trigger trigger;
        if (topic.equals(Topic.REQUESTS.topicName())) {
            RequestEvent request =
                    Inbound.event(record.headers(), record.value(), RequestEvent.class);
            userId = userOf(request);
            trigger = new Trigger.Requested(request);
        } else {
            ResultEvent result = Inbound.event(record.headers(), record.value(), ResultEvent.class);
            userId = result.userId();
            trigger = new Trigger.Reported(result);
        }
        checkUser(record.key(), userId);
        return trigger;
    }

    /** Whose state the request concerns; an auditor's acts concern another person's. */
    private static @Nullable String userOf(RequestEvent request) {
        return switch (request) {
            case RequestEvent.ErasureRequested erasure -> erasure.userId();
            case RequestEvent.ImportRequested imported -> imported.userId();
            default -> request.caller() == null ? null : request.caller().id();
        };
    }

    /** A record under another key than its user's is on the wrong partition, or forged. */
    private static void checkUser(@Nullable String key, @Nullable String userId) {
        if (userId == null || userId.isEmpty() || userId.indexOf('\0') >= 0) {
            throw new UnreadableRecordException("no user", null);
        }
        if (!userId.equals(key)) {
            throw new UnreadableRecordException("the key is not the user", null);
        }
    }

    private Instant now(long recordTimestamp) {
        Instant own = rules.clock().instant();
        Instant recorded = Instant.ofEpochMilli(recordTimestamp);
        Duration apart = Duration.between(recorded, own).abs();
        return apart.compareTo(rules.clockTolerance()) <= 0 ? recorded : own;
    }
}
