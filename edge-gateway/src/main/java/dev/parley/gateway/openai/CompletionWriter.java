package dev.parley.gateway.openai;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Writes one answer in the shapes of the OpenAI interface. Nothing is written before the first
 * token, so that a refusal still has its status.
 */
final class CompletionWriter {

    private final HttpServletResponse response;
    private final CompletionRequest asked;
    private final String id;
    private final long created;
    private boolean begun;

    /** Characters that a stream has shown. */
    private int shown;

    /** Characters that a new attempt repeats of what was shown: this interface cannot take back. */
    private int repeated;

    CompletionWriter(
            HttpServletResponse response,
            CompletionRequest asked,
            String messageId,
            long createdS) {
        this.response = response;
        this.asked = asked;
        this.id = "chatcmpl-" + messageId;
        this.created = createdS;
    }

    void token(String text) throws IOException {
        if (!asked.stream()) {
            return;
        }
        String fresh = text;
        if (repeated > 0) {
            int skip = Math.min(repeated, text.length());
            repeated -= skip;
            fresh = text.substring(skip);
        }
        if (!fresh.isEmpty()) {
            begin();
            shown += fresh.length();
            chunk(Map.of("content", fresh), null, model(null));
        }
    }

    void restart(int keep) {
        repeated = Math.max(0, shown - keep);
    }

    void done(JsonNode result) throws IOException {
        String model = model(result);
        String reason =
                result.path("finish_reason").asString("stop").equals("length") ? "length" : "stop";
        if (!asked.stream()) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", "assistant");
            message.put("content", result.path("answer").asString(""));
            Map<String, Object> choice = new LinkedHashMap<>();
            choice.put("index", 0);
            choice.put("message", message);
            choice.put("logprobs", null);
            choice.put("finish_reason", reason);
            Map<String, Object> whole = head("chat.completion", model);
            whole.put("choices", List.of(choice));
            whole.put("usage", usage(result));
            json(response, 200, whole);
            return;
        }
        begin();
        chunk(Map.of(), reason, model);
        if (asked.includeUsage()) {
            Map<String, Object> last = head("chat.completion.chunk", model);
            last.put("choices", List.of());
            last.put("usage", usage(result));
            event(Json.write(last));
        }
        event("[DONE]".getBytes(StandardCharsets.US_ASCII));
    }

    /** An error ends the stream, or is the answer when nothing was shown. */
    void fail(JsonNode frame) throws IOException, CompletionRefusal {
        ErrorCode code = ErrorCode.of(frame.path("code").asString("internal"));
        String text = frame.path("error").asString("");
        if (!begun) {
            JsonNode retry = frame.get("retry_after_s");
            throw new CompletionRefusal(
                    code, text, retry == null || retry.isNull() ? null : retry.longValue());
        }
        event(Json.write(error(code, text)));
        event("[DONE]".getBytes(StandardCharsets.US_ASCII));
    }

    static void refuse(HttpServletResponse response, CompletionRefusal refusal) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        if (refusal.retryAfterS() != null) {
            response.setHeader("Retry-After", refusal.retryAfterS().toString());
        }
        json(
                response,
                refusal.code().httpStatus(),
                error(refusal.code(), String.valueOf(refusal.getMessage())));
    }

    static void json(HttpServletResponse response, int status, Object value) throws IOException {
        response.setStatus(status);
        response.setContentType("application/json");
        response.setHeader("Cache-Control", "no-store");
        response.getOutputStream().write(Json.write(value));
    }

    private static Map<String, Object> error(ErrorCode code, String text) {
        String type =
                switch (code.httpStatus()) {
                    case 400, 404, 409, 413 -> "invalid_request_error";
                    case 401 -> "authentication_error";
                    case 403 -> "permission_error";
                    case 402 -> "insufficient_quota";
                    case 429 -> "rate_limit_error";
                    default -> "server_error";
                };
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", text);
        error.put("type", type);
        error.put("param", null);
        error.put("code", code.code());
        return Map.of("error", error);
    }

    private void begin() throws IOException {
        if (begun) {
            return;
        }
        begun = true;
        response.setStatus(200);
        response.setContentType("text/event-stream;charset=utf-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        chunk(Map.of("role", "assistant", "content", ""), null, model(null));
    }

    private void chunk(Map<String, Object> delta, @Nullable String finishReason, String model)
            throws IOException {
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("index", 0);
        choice.put("delta", delta);
        choice.put("finish_reason", finishReason);
        Map<String, Object> chunk = head("chat.completion.chunk", model);
        chunk.put("choices", List.of(choice));
        event(Json.write(chunk));
    }

    private Map<String, Object> head(String object, String model) {
        Map<String, Object> head = new LinkedHashMap<>();
        head.put("id", id);
        head.put("object", object);
        head.put("created", created);
        head.put("model", model);
        return head;
    }

    private String model(@Nullable JsonNode result) {
        String asWanted = asked.message().model() == null ? "default" : asked.message().model();
        return result == null ? asWanted : result.path("model").asString(asWanted);
    }

    private static Map<String, Object> usage(JsonNode result) {
        long in = result.path("tokens_input").longValue();
        long out = result.path("tokens_output").longValue();
        Map<String, Object> usage = new LinkedHashMap<>();
        usage.put("prompt_tokens", in);
        usage.put("completion_tokens", out);
        usage.put("total_tokens", in + out);
        usage.put(
                "prompt_tokens_details",
                Map.of("cached_tokens", result.path("tokens_cached").longValue()));
        return usage;
    }

    private void event(byte[] data) throws IOException {
        OutputStream out = response.getOutputStream();
        out.write("data: ".getBytes(StandardCharsets.US_ASCII));
        out.write(data);
        out.write("\n\n".getBytes(StandardCharsets.US_ASCII));
        response.flushBuffer();
    }
}
