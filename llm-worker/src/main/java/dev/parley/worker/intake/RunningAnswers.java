package dev.parley.worker.intake;

import dev.parley.worker.answer.AnswerRun;
import dev.parley.worker.answer.CancelCause;
import dev.parley.worker.stop.StopSignals;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The answers that run in this worker, by job id. */
final class RunningAnswers {

    /** May a delivered job run? */
    enum Claim {
        /** Yes, and it is registered. */
        GRANTED,
        /** Another record of the same job is being answered here: nothing is to be done. */
        DUPLICATE,
        /** An earlier attempt still runs here; it was told to end. */
        ZOMBIE_RUNS
    }

    private final Map<String, AnswerRun> running = new ConcurrentHashMap<>();
    private final StopSignals stops;

    RunningAnswers(StopSignals stops) {
        this.stops = stops;
    }

    Claim claim(AnswerRun run) {
        AnswerRun other = running.putIfAbsent(run.delivery().job().jobId(), run);
        if (other == null) {
            stops.watch(run);
            return Claim.GRANTED;
        }
        if (other.delivery().isSameRecord(run.delivery())) {
            if (other.delivery().attempt() >= run.delivery().attempt()) {
                // A broker that was started anew has forgotten that it delivered this.
                return Claim.DUPLICATE;
            }
            other.cancel(CancelCause.LOCK_LOST);
            return Claim.ZOMBIE_RUNS;
        }
        if (other.delivery().job().attemptBase() < run.delivery().job().attemptBase()) {
            other.cancel(CancelCause.VOID);
            return Claim.ZOMBIE_RUNS;
        }
        return Claim.DUPLICATE;
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
