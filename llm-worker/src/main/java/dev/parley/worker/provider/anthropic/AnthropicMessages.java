package dev.parley.worker.provider.anthropic;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.ToolNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.ai.chat.messages.AssistantMessage;
import org.springframework.ai.chat.messages.Message;
import org.springframework.ai.chat.messages.SystemMessage;
import org.springframework.ai.chat.messages.ToolResponseMessage;
import org.springframework.ai.chat.messages.UserMessage;
import org.springframework.ai.tool.ToolCallback;
import org.springframework.ai.tool.definition.ToolDefinition;

/** Our messages and tools as Spring AI has them. */
final class AnthropicMessages {

    private AnthropicMessages() {}

    static List<Message> of(ModelRequest request) {
        List<Message> messages = new ArrayList<>();
        Map<String, String> nameOfCall = new HashMap<>();
        List<ToolResponseMessage.ToolResponse> results = new ArrayList<>();
        for (ChatMessage message : request.messages()) {
            if (message.role().equals("tool")) {
                String id = message.toolCallId() == null ? "" : message.toolCallId();
                results.add(
                        new ToolResponseMessage.ToolResponse(
                                id, nameOfCall.getOrDefault(id, ""), message.content()));
                continue;
            }
            addResults(results, messages);
            messages.add(
                    switch (message.role()) {
                        case "system" -> new SystemMessage(message.content());
                        case "assistant" -> assistant(message, nameOfCall);
                        default -> new UserMessage(message.content());
                    });
        }
        addResults(results, messages);
        if (!request.started().isEmpty()) {
            // A message that ends in white space is refused as the beginning of an answer.
            messages.add(new AssistantMessage(request.started().stripTrailing()));
        }
        return messages;
    }

    /** The results of one round stand in one message. */
    private static void addResults(
            List<ToolResponseMessage.ToolResponse> results, List<Message> messages) {
        if (!results.isEmpty()) {
            messages.add(ToolResponseMessage.builder().responses(List.copyOf(results)).build());
            results.clear();
        }
    }

    private static AssistantMessage assistant(ChatMessage message, Map<String, String> nameOfCall) {
        List<AssistantMessage.ToolCall> calls = new ArrayList<>();
        List<ToolUse> uses = message.toolCalls() == null ? List.of() : message.toolCalls();
        for (ToolUse use : uses) {
            String name = ToolNames.of(use.server(), use.tool());
            nameOfCall.put(use.callId(), name);
            calls.add(
                    new AssistantMessage.ToolCall(
                            use.callId(), "function", name, Json.writeText(use.arguments())));
        }
        return AssistantMessage.builder().content(message.content()).toolCalls(calls).build();
    }

    static List<ToolCallback> tools(List<ModelTool> tools) {
        return tools.stream().<ToolCallback>map(Offered::of).toList();
    }

    /** Offered to the model; the call itself comes back to the worker and never runs in here. */
    private record Offered(ToolDefinition definition) implements ToolCallback {

        static Offered of(ModelTool tool) {
            return new Offered(
                    ToolDefinition.builder()
                            .name(tool.name())
                            .description(tool.description())
                            .inputSchema(Json.writeText(tool.inputSchema()))
                            .build());
        }

        @Override
        public ToolDefinition getToolDefinition() {
            return definition;
        }

        @Override
        public String call(String arguments) {
            throw new UnsupportedOperationException("tools are called by the worker");
        }
    }
}
