package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.worker.context.ContextWindow;
import dev.parley.worker.guard.Guards;
import dev.parley.worker.provider.Providers;
import dev.parley.worker.tool.Toolbox;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;

/**
 * What every attempt works with.
 *
 * @param shown what earlier attempts have shown
 * @param worker id of this instance, as it stands in results
 * @param flusher sends what an acknowledgement makes due
 */
public record AnswerContext(
        Providers providers,
        Toolbox toolbox,
        LaneSender lane,
        LaneMemory shown,
        ContextWindow window,
        Guards guards,
        ResultPublisher results,
        Outbound outbound,
        FlowRecorder flow,
        MeterRegistry meters,
        Clock clock,
        Executor flusher,
        String worker,
        Limits limits) {

    /**
     * What an attempt may take.
     *
     * @param attemptsMax attempts after which a job fails with worker_lost
     * @param mergeWindow longest wait of a token for company
     * @param answerCharsMax longest answer
     * @param acknowledgeTimeout how long the broker may take to acknowledge frames or a result
     * @param toolTimeout longest call of a tool
     * @param toolRoundsMax how often a model may be called again with results of tools, whatever
     *     the job says
     */
    public record Limits(
            int attemptsMax,
            Duration mergeWindow,
            int answerCharsMax,
            Duration acknowledgeTimeout,
            Duration toolTimeout,
            int toolRoundsMax) {}
}
