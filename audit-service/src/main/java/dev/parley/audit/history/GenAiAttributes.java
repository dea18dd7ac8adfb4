package dev.parley.audit.history;

import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Facts of a link by the names of OpenTelemetry's semantic conventions for generative AI (status:
 * development), for tools that know those. Only what the conventions have a name for.
 */
final class GenAiAttributes {

    private GenAiAttributes() {}

    static Map<String, Object> of(TurnRecord record) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        switch (record.body()) {
            case AssistantTurn answer -> {
                operation(attributes, record, "chat");
                attributes.put("gen_ai.response.model", answer.model());
                attributes.put("gen_ai.response.finish_reasons", List.of(answer.finishReason()));
                usage(attributes, answer.usage());
            }
            case FailureTurn failure -> {
                operation(attributes, record, "chat");
                if (failure.model() != null) {
                    attributes.put("gen_ai.response.model", failure.model());
                }
                usage(attributes, failure.usage());
                attributes.put("error.type", failure.code().code());
            }
            case ToolCallTurn call -> {
                operation(attributes, record, "execute_tool");
                attributes.put("gen_ai.tool.name", call.server() + "__" + call.tool());
                attributes.put("gen_ai.tool.call.id", call.callId());
            }
            case TurnRecord.UserTurn turn -> {
                if (turn.model() != null) {
                    operation(attributes, record, "chat");
                    attributes.put("gen_ai.request.model", turn.model());
                }
            }
            case TurnRecord.RefusalTurn ignored -> {}
            case TurnRecord.ChargeTurn ignored -> {}
            case TurnRecord.ApprovalTurn word -> {
                attributes.put("gen_ai.conversation.id", record.conversationId());
                attributes.put("gen_ai.tool.name", word.server() + "__" + word.tool());
                attributes.put("gen_ai.tool.call.id", word.callId());
            }
            case TurnRecord.ImportedTurn ignored -> {}
        }
        return attributes;
    }

    private static void operation(Map<String, Object> attributes, TurnRecord record, String name) {
        attributes.put("gen_ai.operation.name", name);
        attributes.put("gen_ai.conversation.id", record.conversationId());
    }

    private static void usage(
            Map<String, Object> attributes, dev.parley.schemas.record.TokenUsage usage) {
        attributes.put("gen_ai.usage.input_tokens", usage.input());
        attributes.put("gen_ai.usage.output_tokens", usage.output());
        if (usage.cached() > 0) {
            attributes.put("gen_ai.usage.cache_read.input_tokens", usage.cached());
        }
    }
}
