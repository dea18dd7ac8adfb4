package dev.parley.worker.stop;

import dev.parley.worker.answer.AnswerRun;
import dev.parley.worker.answer.CancelCause;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings stops and running answers together, in whichever order they come. Remembers the newest
 * stops up to a limit; an older one is forgotten, and its job, if it still comes, runs.
 */
public final class StopSignals {

    private final Map<String, Boolean> stopped;
    private final Map<String, Integer> replaced;
    private final Map<String, Set<AnswerRun>> running = new ConcurrentHashMap<>();

    public StopSignals(int stopsMax) {
        this.stopped = new Newest<>(stopsMax);
        this.replaced = new Newest<>(stopsMax);
    }

    /** Stops the answer of this message, now or when it begins. */
    public void stop(String messageId) {
        synchronized (stopped) {
            stopped.put(messageId, true);
        }
        running.getOrDefault(messageId, Set.of()).forEach(run -> run.cancel(CancelCause.STOPPED));
    }

    /** Jobs of this message that count from less than {@code attemptBase} are void. */
    public void replaced(String messageId, int attemptBase) {
        synchronized (stopped) {
            replaced.merge(messageId, attemptBase, Math::max);
        }
        for (AnswerRun run : running.getOrDefault(messageId, Set.of())) {
            if (run.delivery().job().attemptBase() < attemptBase) {
                run.cancel(CancelCause.VOID);
            }
        }
    }

    /** The run that began at this moment as this attempt is void; a later one is not. */
    public void voided(String messageId, int attempt, Instant startedAt) {
        for (AnswerRun run : running.getOrDefault(messageId, Set.of())) {
            if (run.delivery().attempt() == attempt
                    && run.delivery().receivedAt().equals(startedAt)) {
                run.cancel(CancelCause.VOID);
            }
        }
    }

    /** From here on stops reach this run, also one that came before. */
    public void watch(AnswerRun run) {
        String messageId = run.delivery().job().messageId();
        running.computeIfAbsent(messageId, id -> ConcurrentHashMap.newKeySet()).add(run);
        boolean isVoid;
        boolean isStopped;
        synchronized (stopped) {
            isVoid = run.delivery().job().attemptBase() < replaced.getOrDefault(messageId, 0);
            isStopped = stopped.containsKey(messageId);
        }
        if (isVoid) {
            run.cancel(CancelCause.VOID);
        } else if (isStopped) {
            run.cancel(CancelCause.STOPPED);
        }
    }

    /** The run has ended. */
    public void forget(AnswerRun run) {
        running.computeIfPresent(
                run.delivery().job().messageId(),
                (id, runs) -> {
                    runs.remove(run);
                    return runs.isEmpty() ? null : runs;
                });
    }
}
