package dev.parley.schemas.record;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * That a worker lives, and how its providers do; topic {@code parley.workers}, key worker. Written
 * every second or so: a worker that is not heard of for some of these intervals is taken for lost.
 *
 * @param slots answers that it may run at once
 * @param running answers that it runs
 * @param leaving it takes no more jobs, and this is its last word
 */
public record WorkerStatus(
        String worker,
        Instant at,
        int slots,
        int running,
        boolean leaving,
        List<ProviderState> providers)
        implements PipelineEvent {

    public WorkerStatus {
        providers = providers == null ? List.of() : List.copyOf(providers);
    }

    /**
     * A provider as this worker sees it, since its start.
     *
     * @param type for example openai
     * @param models names to choose from
     * @param state one of up, resting (it asked to be left alone until {@code until}), open (it
     *     failed too often and is not called) and half_open (some calls try whether it is back)
     * @param answers answers that it began
     * @param failures calls that failed
     * @param lastError code of the newest failure
     * @param firstTokenMs moving average of the time to the first token, milliseconds
     */
    public record ProviderState(
            String name,
            String type,
            List<String> models,
            String state,
            @Nullable Instant until,
            long answers,
            long failures,
            @Nullable String lastError,
            @Nullable Instant lastErrorAt,
            @Nullable Instant lastAnswerAt,
            @Nullable Long firstTokenMs) {

        public ProviderState {
            models = models == null ? List.of() : List.copyOf(models);
        }
    }
}
