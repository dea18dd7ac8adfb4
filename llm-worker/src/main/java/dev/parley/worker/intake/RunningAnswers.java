package dev.parley.worker.intake;

import dev.parley.schemas.record.Job;
import dev.parley.worker.answer.AnswerRun;
import dev.parley.worker.answer.CancelCause;
import dev.parley.worker.stop.Newest;
import dev.parley.worker.stop.StopSignals;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The answers that run in this worker, by job id, and those that lately ended here. */
final class RunningAnswers {

    /** May a delivered job run? */
    enum Claim {
        /** Yes, and it is registered. */
        GRANTED,
        /** The job is being answered here, or was: nothing is to be done. */
        DUPLICATE,
        /** An earlier attempt still runs here; it was told to end. */
        ZOMBIE_RUNS
    }

    /** More than a worker ends between the end of a broker and its return. */
    private static final int ENDED_MAX = 10_000;

    private final Map<String, AnswerRun> running = new ConcurrentHashMap<>();
    private final StopSignals stops;

    /** From what attempt on the newest job counts that came to its end; guarded by itself. */
    private final Map<String, Integer> ended = new Newest<>(ENDED_MAX);

    RunningAnswers(StopSignals stops) {
        this.stops = stops;
    }

    Claim claim(AnswerRun run) {
        AnswerRun other = running.putIfAbsent(run.delivery().job().jobId(), run);
        if (other == null) {
            if (hasEnded(run)) {
                running.remove(run.delivery().job().jobId(), run);
                return Claim.DUPLICATE;
            }
            stops.watch(run);
            return Claim.GRANTED;
        }
        if (other.delivery().job().attemptBase() < run.delivery().job().attemptBase()) {
            other.cancel(CancelCause.VOID);
            return Claim.ZOMBIE_RUNS;
        }
        return Claim.DUPLICATE;
    }

    /** A broker that was started anew may have forgotten that it was told. */
    private boolean hasEnded(AnswerRun run) {
        Job job = run.delivery().job();
        synchronized (ended) {
            return ended.getOrDefault(job.jobId(), -1) >= job.attemptBase();
        }
    }

    /**
     * The run's job has its end, or is another's by the orchestrator's word. Before the release.
     */
    void ended(AnswerRun run) {
        Job job = run.delivery().job();
        synchronized (ended) {
            ended.merge(job.jobId(), job.attemptBase(), Math::max);
        }
    }

    void release(AnswerRun run) {
        running.remove(run.delivery().job().jobId(), run);
        stops.forget(run);
    }

    int count() {
        return running.size();
    }

    void cancelAll(CancelCause cause) {
        running.values().forEach(run -> run.cancel(cause));
    }
}
