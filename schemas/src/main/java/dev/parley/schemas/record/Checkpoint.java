package dev.parley.schemas.record;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A step of a message's way; topic {@code parley.flow}, key message id.
 *
 * @param name for example {@code usage_check}
 * @param startedAt wall clock of the instance, microseconds
 * @param durationUs from a monotonic clock, microseconds; 0 for a moment
 * @param status ok, error or refused
 * @param detail small facts, never a message's text
 */
public record Checkpoint(
        String messageId,
        @Nullable String conversationId,
        String userId,
        String name,
        String service,
        String instance,
        Instant startedAt,
        long durationUs,
        String status,
        Map<String, String> detail)
        implements PipelineEvent {

    public static final String GATEWAY_RECEIVED = "gateway_received";
    public static final String AUTH_CHECK = "auth_check";
    public static final String BLOCK_CHECK = "block_check";
    public static final String USAGE_CHECK = "usage_check";
    public static final String QUEUED = "queued";
    public static final String MCP_PERMISSION_CHECK = "mcp_permission_check";
    public static final String TOOL_FILTER = "tool_filter";
    public static final String ORCHESTRATOR_DECIDED = "orchestrator_decided";
    public static final String WORKER_STARTED = "worker_started";
    public static final String SECURITY_CHECK = "security_check";
    public static final String LLM_THINKING = "llm_thinking";
    public static final String FIRST_TOKEN = "first_token";
    public static final String TOOL_CALL = "tool_call";
    public static final String LLM_COMPLETE = "llm_complete";
    public static final String DONE = "done";
    public static final String ERROR = "error";

    public Checkpoint {
        detail = detail == null ? Map.of() : Map.copyOf(detail);
    }
}
