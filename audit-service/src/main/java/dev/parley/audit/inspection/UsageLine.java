package dev.parley.audit.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * A line of the usage report.
 *
 * @param name the day (UTC), team, user, role, model, tool ({@code server__tool}) or status that
 *     {@code by} asks for; empty for those that have none
 * @param messages that were charged
 * @param cost null where no model had a price
 */
record UsageLine(
        String name,
        long messages,
        long tokensInput,
        long tokensOutput,
        long tokensCached,
        @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable BigDecimal cost) {}
