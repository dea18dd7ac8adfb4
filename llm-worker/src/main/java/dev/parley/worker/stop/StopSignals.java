package dev.parley.worker.stop;

import dev.parley.worker.answer.AnswerRun;
import dev.parley.worker.answer.CancelCause;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Brings stops and running answers together, in whichever order they come. Remembers the newest
 * stops up to a limit; an older one is forgotten, and its job, if it still comes, runs.
 */
public final class StopSignals {

    private final int stopsMax;
    private final Map<String, Boolean> stopped;
    private final Map<String, Set<AnswerRun>> running = new ConcurrentHashMap<>();

    public StopSignals(int stopsMax) {
        this.stopsMax = stopsMax;
        this.stopped =
                new LinkedHashMap<>() {
                    private static final long serialVersionUID = 1L;

                    @Override
                    protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                        return size() > StopSignals.this.stopsMax;
                    }
                };
    }

    /** Stops the answer of this message, now or when it begins. */
    public void stop(String messageId) {
        synchronized (stopped) {
            stopped.put(messageId, true);
        }
        running.getOrDefault(messageId, Set.of()).forEach(run -> run.cancel(CancelCause.STOPPED));
    }

    /** From here on stops reach this run, also one that came before. */
    public void watch(AnswerRun run) {
        String messageId = run.delivery().job().messageId();
        running.computeIfAbsent(messageId, id -> ConcurrentHashMap.newKeySet()).add(run);
        synchronized (stopped) {
            if (!stopped.containsKey(messageId)) {
                return;
            }
        }
        run.cancel(CancelCause.STOPPED);
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
