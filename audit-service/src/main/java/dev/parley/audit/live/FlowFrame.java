package dev.parley.audit.live;

import dev.parley.schemas.record.Checkpoint;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint on its way to a reader.
 *
 * @param type always checkpoint
 * @param duration milliseconds, with three decimals; 0 for a moment
 */
record FlowFrame(
        String type,
        String messageId,
        @Nullable String conversationId,
        String user,
        String name,
        String service,
        String instance,
        Instant start,
        BigDecimal duration,
        String status,
        Map<String, String> detail) {

    static FlowFrame of(Checkpoint step) {
        return new FlowFrame(
                "checkpoint",
                step.messageId(),
                step.conversationId(),
                step.userId(),
                step.name(),
                step.service(),
                step.instance(),
                step.startedAt(),
                BigDecimal.valueOf(step.durationUs(), 3),
                step.status(),
                step.detail());
    }
}
