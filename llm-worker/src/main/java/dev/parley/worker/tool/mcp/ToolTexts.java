package dev.parley.worker.tool.mcp;

import dev.parley.schemas.Json;
import dev.parley.worker.tool.ToolOutcome;
import io.modelcontextprotocol.spec.McpSchema;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;

/**
 * A result as the model, the user and the record get it: text, whole characters, of bounded length.
 */
final class ToolTexts {

    private ToolTexts() {}

    static ToolOutcome outcome(McpSchema.CallToolResult result, int charsMax) {
        String text =
                result.content().stream().map(ToolTexts::text).collect(Collectors.joining("\n"));
        if (text.isEmpty() && result.structuredContent() != null) {
            text = Json.writeText(result.structuredContent());
        }
        return new ToolOutcome(
                Boolean.TRUE.equals(result.isError()) ? ToolOutcome.ERROR : ToolOutcome.OK,
                cut(text, charsMax));
    }

    /** At most so long, the mark excepted; a half of a surrogate pair becomes U+FFFD. */
    static String cut(String text, int charsMax) {
        if (text.length() <= charsMax) {
            return whole(text);
        }
        int end = Character.isHighSurrogate(text.charAt(charsMax - 1)) ? charsMax - 1 : charsMax;
        return whole(text.substring(0, end))
                + "\n[cut: "
                + (text.length() - end)
                + " more characters]";
    }

    static String whole(String text) {
        StringBuilder out = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                if (out == null) {
                    out = new StringBuilder(text);
                }
                out.setCharAt(i, '\uFFFD');
            }
        }
        return out == null ? text : out.toString();
    }

    private static String text(McpSchema.Content content) {
        return switch (content) {
            case McpSchema.TextContent text -> text.text();
            case McpSchema.ImageContent image ->
                    "[image, " + image.mimeType() + ", " + image.data().length() + " characters]";
            case McpSchema.AudioContent audio ->
                    "[audio, " + audio.mimeType() + ", " + audio.data().length() + " characters]";
            case McpSchema.EmbeddedResource embedded ->
                    embedded.resource() instanceof McpSchema.TextResourceContents text
                            ? text.text()
                            : "[resource " + embedded.resource().uri() + "]";
            case McpSchema.ResourceLink link -> "[link " + link.name() + ": " + link.uri() + "]";
            default -> "[content of a kind that is not known]";
        };
    }

    /** Arguments as the SDK takes them. */
    static Map<String, Object> arguments(JsonNode arguments) {
        return Json.mapper().convertValue(arguments, new TypeReference<>() {});
    }
}
