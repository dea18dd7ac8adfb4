package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.Emitted;
import dev.parley.orchestrator.core.UserState;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Which worker has which attempt of a task's running answers, and what it takes to give one to
 * another worker. Of each answer
 *
 * <ol>
 *   <li>an attempt higher than the highest heard of takes its place, and whoever has that one is
 *       told to end;
 *   <li>of two workers with the same attempt the first that is heard of counts; the other is told
 *       to end, and its terminal is ignored (so read the lanes' readers, each by what it saw first:
 *       that an answer was contested is kept, and its end is told with its whole text);
 *   <li>a worker that begins what has ended is told to end.
 * </ol>
 *
 * The job of a running answer is kept in the store, so that it can be written once more.
 */
final class Attempts {

    /**
     * A broker delivers a record no more often, so that no attempt of an older job is as high as
     * any of a newer one.
     */
    static final int ATTEMPTS_OF_A_JOB = 10;

    /** Well within an answer's deadline, for a job that was lost with a broker. */
    private static final int WAIT_DOUBLINGS_MAX = 1;

    private final KeyValueStore<String, byte[]> store;
    private final TakeoverSettings settings;
    private final Workers workers;
    private final LongSupplier nanos;
    private final Map<String, Watched> watched = new HashMap<>();

    /**
     * As it stands in the store.
     *
     * @param attempt highest heard of; 0 before the first
     * @param worker that has it
     * @param startedAt when it began, by the worker's clock
     * @param contested whether another worker had the same attempt
     * @param losses workers that had the answer and were lost
     */
    record Attempt(
            int attempt,
            @Nullable String worker,
            @Nullable Instant startedAt,
            boolean contested,
            int losses) {
        static final Attempt NONE = new Attempt(0, null, null, false, 0);

        Attempt lostOnceMore() {
            return new Attempt(attempt, worker, startedAt, contested, losses + 1);
        }

        Attempt contestedOnce() {
            return new Attempt(attempt, worker, startedAt, true, losses);
        }
    }

    /** A running answer with a job in the topic or at a worker. */
    private static final class Watched {
        final String userId;
        final String messageId;
        Attempt attempt;
        int base;
        boolean begun;
        long dispatchedNanos;
        int unbegun;

        Watched(Job job, Attempt attempt, long dispatchedNanos) {
            this.userId = job.userId();
            this.messageId = job.messageId();
            this.attempt = attempt;
            dispatched(job, dispatchedNanos);
        }

        /** Only attempts of this job count from now on. */
        void dispatched(Job job, long atNanos) {
            base = job.attemptBase();
            begun = attempt.attempt() > base;
            dispatchedNanos = atNanos;
        }
    }

    /**
     * An answer whose worker is not heard of any more.
     *
     * @param abandoned whether no other worker is there either
     */
    record Lost(String userId, String messageId, boolean abandoned) {}

    /** What follows from a worker's report: whether it counts, and what the worker is told. */
    record Admission(boolean counts, @Nullable ControlEvent word) {
        static final Admission YES = new Admission(true, null);
    }

    Attempts(
            KeyValueStore<String, byte[]> store,
            TakeoverSettings settings,
            Workers workers,
            LongSupplier nanos) {
        this.store = store;
        this.settings = settings;
        this.workers = workers;
        this.nanos = nanos;
        try (KeyValueIterator<String, byte[]> jobs =
                store.prefixScan(StateKeys.JOBS, new StringSerializer())) {
            while (jobs.hasNext()) {
                KeyValue<String, byte[]> entry = jobs.next();
                Job job = Json.read(entry.value, Job.class);
                watched.put(
                        job.messageId(),
                        new Watched(job, read(job.userId(), job.messageId()), nanos.getAsLong()));
            }
        }
    }

    /** Whether a report counts; called before it is decided upon. */
    Admission admit(ResultEvent result, boolean runs) {
        return switch (result) {
            case ResultEvent.AttemptStarted started -> started(started, runs);
            case ResultEvent.AnswerCompleted end -> ended(end, end.worker());
            case ResultEvent.AnswerFailed end -> ended(end, end.worker());
            case ResultEvent.AnswerParked parked -> {
                Admission admission = ended(parked, parked.worker());
                if (admission.counts()) {
                    // No worker has it until it is dispatched again.
                    watched.remove(parked.messageId());
                    store.delete(StateKeys.job(parked.userId(), parked.messageId()));
                }
                yield admission;
            }
            case ResultEvent.ToolCallFinished _, ResultEvent.GuardReported _ -> Admission.YES;
        };
    }

    private Admission started(ResultEvent.AttemptStarted started, boolean runs) {
        ControlEvent isVoid =
                new ControlEvent.RunVoid(
                        started.messageId(),
                        started.userId(),
                        started.worker(),
                        started.attempt(),
                        started.at());
        Watched answer = watched.get(started.messageId());
        if (!runs) {
            return new Admission(false, isVoid);
        }
        if (answer == null) {
            return Admission.YES;
        }
        Attempt known = answer.attempt;
        if (started.attempt() < known.attempt() || started.attempt() <= answer.base) {
            return new Admission(false, isVoid);
        }
        if (started.attempt() == known.attempt()
                && known.worker() != null
                && !started.worker().equals(known.worker())) {
            keep(answer, known.contestedOnce());
            return new Admission(false, isVoid);
        }
        if (started.attempt() > known.attempt()) {
            answer.begun = true;
        }
        keep(
                answer,
                new Attempt(
                        started.attempt(),
                        started.worker(),
                        started.at(),
                        known.contested() && started.attempt() == known.attempt(),
                        known.losses()));
        return new Admission(true, superseded(known, started));
    }

    /** A worker that cannot know that its lock expired hears that another has the answer. */
    private static @Nullable ControlEvent superseded(Attempt known, ResultEvent.AttemptStarted by) {
        return known.worker() == null
                        || known.startedAt() == null
                        || known.attempt() == by.attempt()
                        || known.worker().equals(by.worker())
                ? null
                : new ControlEvent.RunVoid(
                        by.messageId(),
                        by.userId(),
                        known.worker(),
                        known.attempt(),
                        known.startedAt());
    }

    private Admission ended(ResultEvent end, String worker) {
        Watched answer = watched.get(end.messageId());
        boolean ofAnother =
                answer != null
                        && end.attempt() == answer.attempt.attempt()
                        && answer.attempt.worker() != null
                        && !worker.equals(answer.attempt.worker());
        return ofAnother ? new Admission(false, null) : Admission.YES;
    }

    /** Whether two workers had the newest attempt, so that readers may have seen the other's. */
    boolean isContested(String messageId) {
        Watched answer = watched.get(messageId);
        return answer != null && answer.attempt.contested();
    }

    /** Follows what a decision did. */
    void follow(String userId, UserState before, UserState after, List<Emitted> emitted) {
        for (Emitted one : emitted) {
            if (one instanceof Emitted.Dispatch(Job job)) {
                store.put(StateKeys.job(userId, job.messageId()), Json.write(job));
                Watched known = watched.get(job.messageId());
                Attempt attempt = known == null ? read(userId, job.messageId()) : known.attempt;
                watched.put(job.messageId(), new Watched(job, attempt, nanos.getAsLong()));
            }
        }
        for (var answer : before.running()) {
            if (after.running(answer.messageId()) == null) {
                watched.remove(answer.messageId());
                store.delete(StateKeys.job(userId, answer.messageId()));
                store.delete(StateKeys.attempt(userId, answer.messageId()));
            }
        }
    }

    int size() {
        return watched.size();
    }

    /** Those that must go to another worker, or end since there is none. */
    List<Lost> lost() {
        List<Lost> lost = new ArrayList<>();
        Duration idle = workers.idleFor();
        boolean nobody = workers.noneFor().compareTo(settings.abandonAfter()) >= 0;
        long now = nanos.getAsLong();
        for (Watched answer : watched.values()) {
            String worker = answer.attempt.worker();
            boolean gone =
                    answer.begun
                            ? worker != null && workers.isLost(worker)
                            : !idle.isZero() && isOverdue(answer, idle, now);
            boolean abandoned = nobody && (answer.begun || hasWaited(answer, now));
            if (gone || abandoned) {
                lost.add(new Lost(answer.userId, answer.messageId, abandoned));
            }
        }
        return lost;
    }

    /** A job that comes while nobody is there is given the same time for somebody to come. */
    private boolean hasWaited(Watched answer, long now) {
        return now - answer.dispatchedNanos >= settings.abandonAfter().toNanos();
    }

    /**
     * That nobody is heard to have begun may also be this instance's own delay, so the further
     * waits are twice as long.
     */
    private boolean isOverdue(Watched answer, Duration idle, long now) {
        long waitNanos =
                settings.startWait().toNanos() << Math.min(answer.unbegun, WAIT_DOUBLINGS_MAX);
        return idle.toNanos() >= waitNanos && now - answer.dispatchedNanos >= waitNanos;
    }

    /**
     * What gives the answer to another worker: the older job is void and a new one is in the topic;
     * empty when it was given on as often as it may be.
     */
    List<Emitted> takeOver(Lost lost, Instant now) {
        Watched answer = watched.get(lost.messageId());
        byte[] kept = store.get(StateKeys.job(lost.userId(), lost.messageId()));
        if (answer == null || kept == null) {
            return List.of();
        }
        Job job = Json.read(kept, Job.class);
        // Only a worker that had it was lost; a job that nobody took is merely told once more.
        if (answer.begun) {
            if (answer.attempt.losses() >= settings.takeoversMax()) {
                return List.of();
            }
            keep(answer, answer.attempt.lostOnceMore());
        }
        answer.unbegun = answer.begun ? 0 : answer.unbegun + 1;
        int base = job.attemptBase() + ATTEMPTS_OF_A_JOB;
        Job next = job.takenOver(base);
        store.put(StateKeys.job(lost.userId(), lost.messageId()), Json.write(next));
        answer.dispatched(next, nanos.getAsLong());
        return List.of(
                new Emitted.Control(
                        new ControlEvent.JobReplaced(lost.messageId(), lost.userId(), base, now)),
                new Emitted.Dispatch(next));
    }

    /** What keeps a worker that comes back, or a new one, from the job of an abandoned answer. */
    Emitted jobIsVoid(Lost lost, Instant now) {
        Watched answer = watched.get(lost.messageId());
        int base = (answer == null ? 0 : answer.base) + ATTEMPTS_OF_A_JOB;
        return new Emitted.Control(
                new ControlEvent.JobReplaced(lost.messageId(), lost.userId(), base, now));
    }

    /** The end of an answer that was given on too often, or that nobody is left to give. */
    ResultEvent givenUp(Lost lost, Instant now) {
        Watched answer = watched.get(lost.messageId());
        Attempt attempt = answer == null ? Attempt.NONE : answer.attempt;
        boolean begun = answer != null && answer.begun;
        String error =
                lost.abandoned()
                        ? "Nobody is there to answer. Please ask again later."
                        : "The answer was lost as often as it was begun. Please ask again.";
        return new ResultEvent.AnswerFailed(
                lost.messageId(),
                lost.userId(),
                attempt.attempt(),
                begun ? ErrorCode.WORKER_LOST : ErrorCode.UNAVAILABLE,
                error,
                null,
                "",
                "",
                TokenUsage.NONE,
                now,
                null,
                now,
                attempt.worker() == null ? "" : attempt.worker());
    }

    private void keep(Watched answer, Attempt attempt) {
        if (!attempt.equals(answer.attempt)) {
            answer.attempt = attempt;
            store.put(StateKeys.attempt(answer.userId, answer.messageId), Json.write(attempt));
        }
    }

    private Attempt read(String userId, String messageId) {
        byte[] value = store.get(StateKeys.attempt(userId, messageId));
        return value == null ? Attempt.NONE : Json.read(value, Attempt.class);
    }
}
