package dev.parley.audit.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.store.FlowStep;
import dev.parley.schemas.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The way of a message.
 *
 * @param items in order of time
 */
public record FlowView(
        String messageId,
        @Nullable String conversationId,
        String user,
        List<Step> items,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {

    /**
     * A checkpoint.
     *
     * @param duration milliseconds, with three decimals; 0 for a moment
     * @param status ok, error or refused
     */
    public record Step(
            String name,
            String service,
            String instance,
            Instant start,
            BigDecimal duration,
            String status,
            JsonNode detail) {}

    /** Of the steps of one message, which are not none. */
    public static FlowView of(List<FlowStep> steps) {
        FlowStep first = steps.getFirst();
        return new FlowView(
                first.messageId(),
                steps.stream()
                        .map(FlowStep::conversationId)
                        .filter(id -> id != null)
                        .findFirst()
                        .orElse(null),
                first.userId(),
                steps.stream().map(FlowView::step).toList(),
                null);
    }

    private static Step step(FlowStep step) {
        return new Step(
                step.name(),
                step.service(),
                step.instance(),
                step.startedAt(),
                BigDecimal.valueOf(step.durationUs(), 3),
                step.status(),
                Json.tree(step.detail().getBytes(StandardCharsets.UTF_8)));
    }
}
