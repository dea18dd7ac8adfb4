package dev.parley.audit.replay;

import dev.parley.audit.replay.AnswerTable.Row;
import dev.parley.audit.replay.Replay.State;
import dev.parley.audit.store.SchemaReady;
import dev.parley.audit.work.RepeatedWork;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;

/**
 * Asks the questions of reruns, one of each at a time, and waits for their answers in the record.
 * Every step is a look and at most one record to the log, and may be taken twice; where several
 * instances run, one of them takes it.
 */
@Component
final class RerunRunner {

    private static final Logger LOG = LoggerFactory.getLogger(RerunRunner.class);
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final int TRIES_MAX = 60;
    private static final long PUBLISH_TIMEOUT_S = 10;
    private static final Set<String> PASSING =
            Set.of(
                    ErrorCode.RATE_LIMITED.code(),
                    ErrorCode.CONCURRENCY_LIMIT.code(),
                    ErrorCode.OVERLOADED.code(),
                    ErrorCode.UNAVAILABLE.code());

    private final ReplayTable table;
    private final AnswerTable answers;
    private final BulkReruns bulks;
    private final Reruns reruns;
    private final ReplaySettings settings;
    private final Publication publication;
    private final RepeatedWork work;
    private final Clock clock = Clock.systemUTC();

    RerunRunner(
            ReplayTable table,
            AnswerTable answers,
            BulkReruns bulks,
            Reruns reruns,
            ReplaySettings settings,
            Publication publication) {
        this.table = table;
        this.answers = answers;
        this.bulks = bulks;
        this.reruns = reruns;
        this.settings = settings;
        this.publication = publication;
        this.work = new RepeatedWork("reruns", settings.step(), this::step);
    }

    /** Puts questions into the log. */
    @Component
    static class Publication {
        private final KafkaTemplate<String, byte[]> kafka;
        private final Outbound outbound;

        Publication(KafkaTemplate<String, byte[]> kafka, Outbound outbound) {
            this.kafka = kafka;
            this.outbound = outbound;
        }

        /** Returns when the broker has it. */
        void publish(RequestEvent event) {
            try {
                kafka.send(outbound.event(Topic.REQUESTS, event.caller().id(), event, null))
                        .get(PUBLISH_TIMEOUT_S, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException("a question could not be published", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    @EventListener
    void start(SchemaReady ready) {
        if (settings.enabled()) {
            work.start();
        }
    }

    @PreDestroy
    void stop() {
        work.stop();
    }

    /** False: what is asked takes time; there is nothing to do at once. */
    private boolean step() {
        table.inTurn(() -> {
            bulks.step();
            table.runningReruns(settings.runningMax()).forEach(this::step);
        });
        return false;
    }

    private void step(Replay replay) {
        Row current =
                answers.of(replay.id()).stream()
                        .filter(row -> !row.state().isOver())
                        .findFirst()
                        .orElse(null);
        if (current == null) {
            table.finish(replay.id(), State.DONE, null);
        } else if (current.state() == AnswerTable.State.WAITING) {
            ask(replay, current);
        } else {
            await(replay, current);
        }
    }

    private void await(Replay replay, Row row) {
        Instant now = clock.instant();
        String conversation = derived(replay);
        AnswerTable.End end = answers.endOf(conversation, row.derivedMessageId()).orElse(null);
        if (end != null && !isPassing(end)) {
            answers.over(replay.id(), row.number(), end.state());
        } else if (end != null && row.tries() < TRIES_MAX && row.isOlderThan(RETRY, now)) {
            ask(replay, row);
        } else if (row.isOlderThan(settings.answerDeadline(), now)) {
            answers.over(replay.id(), row.number(), AnswerTable.State.FAILED);
        }
    }

    /** A refusal that a later try may not meet. */
    private static boolean isPassing(AnswerTable.End end) {
        return end.state() == AnswerTable.State.REFUSED
                && end.code() != null
                && PASSING.contains(end.code());
    }

    private void ask(Replay replay, Row row) {
        String conversation = derived(replay);
        if (answers.isAdmitted(conversation, row.derivedMessageId())) {
            return; // its answer is on the way
        }
        RecordedQuestion question = reruns.question(replay, row);
        if (question == null) {
            LOG.info("message {} can no longer be read", row.messageId());
            answers.over(replay.id(), row.number(), AnswerTable.State.FAILED);
            return;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        publication.publish(
                new RequestEvent.MessageSubmitted(
                        row.derivedMessageId(),
                        Reruns.clientMsgId(replay.id(), row.number()),
                        conversation,
                        conversation,
                        question.text(),
                        replay.model(),
                        null,
                        null,
                        question.context(),
                        "rerun",
                        new Caller(replay.requestedBy(), null, null, replay.requestedRole(), null),
                        ReplyTo.NOBODY,
                        now,
                        new RequestEvent.Rerun(
                                replay.id(),
                                replay.conversationId(),
                                question.messageId(),
                                question.tools(),
                                question.key())));
        answers.asked(replay.id(), row.number(), now);
    }

    private static String derived(Replay replay) {
        String derived = replay.derivedId();
        if (derived == null) {
            throw new IllegalStateException("rerun " + replay.id() + " has no conversation");
        }
        return derived;
    }
}
