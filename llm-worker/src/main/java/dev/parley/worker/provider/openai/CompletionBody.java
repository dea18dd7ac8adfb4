package dev.parley.worker.provider.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.ToolNames;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The request of a streamed chat completion, as OpenAI documents it; the last two fields are
 * vLLM's, by which it goes on from the last message instead of beginning one.
 */
record CompletionBody(
        String model,
        List<Message> messages,
        boolean stream,
        StreamOptions streamOptions,
        @Nullable Integer maxTokens,
        @Nullable Double temperature,
        @Nullable List<Tool> tools,
        @Nullable String toolChoice,
        @Nullable Boolean addGenerationPrompt,
        @Nullable Boolean continueFinalMessage) {

    record StreamOptions(@JsonProperty("include_usage") boolean includeUsage) {}

    record Message(
            String role,
            String content,
            @Nullable List<ToolCall> toolCalls,
            @Nullable String toolCallId) {}

    record ToolCall(String id, String type, CalledFunction function) {}

    /** {@code arguments} is JSON within a string. */
    record CalledFunction(String name, String arguments) {}

    record Tool(String type, Function function) {}

    record Function(String name, String description, JsonNode parameters) {}

    static byte[] of(ModelRequest request) {
        List<Message> messages = new ArrayList<>();
        for (ChatMessage message : request.messages()) {
            messages.add(message(message));
        }
        boolean goesOn = !request.started().isEmpty();
        if (goesOn) {
            messages.add(new Message("assistant", request.started(), null, null));
        }
        return Json.write(
                new CompletionBody(
                        request.model(),
                        messages,
                        true,
                        new StreamOptions(true),
                        request.maxTokens(),
                        request.temperature(),
                        tools(request.tools()),
                        request.toolsBarred() && !request.tools().isEmpty() ? "none" : null,
                        goesOn ? false : null,
                        goesOn ? true : null));
    }

    private static Message message(ChatMessage message) {
        List<ToolUse> uses = message.toolCalls();
        return new Message(
                message.role(),
                message.content(),
                uses == null || uses.isEmpty()
                        ? null
                        : uses.stream()
                                .map(use ->
                                        new ToolCall(
                                                use.callId(),
                                                "function",
                                                new CalledFunction(
                                                        ToolNames.of(use.server(), use.tool()),
                                                        arguments(use.arguments()))))
                                .toList(),
                message.toolCallId());
    }

    /** What was no object is sent as an empty one: servers that parse it would refuse it all. */
    private static String arguments(JsonNode arguments) {
        return arguments.isObject() ? Json.writeText(arguments) : "{}";
    }

    private static @Nullable List<Tool> tools(List<ModelTool> tools) {
        return tools.isEmpty()
                ? null
                : tools.stream()
                        .map(tool ->
                                new Tool(
                                        "function",
                                        new Function(
                                                tool.name(),
                                                tool.description(),
                                                tool.inputSchema())))
                        .toList();
    }
}
