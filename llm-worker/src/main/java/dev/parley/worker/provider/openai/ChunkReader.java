package dev.parley.worker.provider.openai;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads one {@code chat.completion.chunk}, or a whole {@code chat.completion}, without building a
 * tree. What it does not know it skips; only the first choice counts.
 */
final class ChunkReader {

    private static final int NESTING_MAX = 64;

    private final JsonFactory json =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(NESTING_MAX).build())
                    .build();

    /** The bytes are not a chunk. */
    static final class MalformedChunkException extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedChunkException(@Nullable Throwable cause) {
            super("not a chat completion chunk", cause);
        }
    }

    /** What a chunk said. Reused for the next one, since most say one word. */
    static final class Chunk {
        @Nullable String text;
        @Nullable String finishReason;
        boolean error;
        boolean usage;
        long promptTokens;
        long completionTokens;
        long cachedTokens;
        final List<ToolCallParts.Part> toolCalls = new ArrayList<>();

        private void clear() {
            text = null;
            finishReason = null;
            error = false;
            usage = false;
            promptTokens = 0;
            completionTokens = 0;
            cachedTokens = 0;
            toolCalls.clear();
        }
    }

    private final Chunk chunk = new Chunk();

    /** The chunk in these bytes; valid until the next call. */
    Chunk read(byte[] bytes, int offset, int length) throws MalformedChunkException {
        chunk.clear();
        try (JsonParser p = json.createParser(ObjectReadContext.empty(), bytes, offset, length)) {
            if (p.nextToken() != JsonToken.START_OBJECT) {
                throw new MalformedChunkException(null);
            }
            while (p.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = p.currentName();
                JsonToken value = p.nextToken();
                switch (name) {
                    case "choices" -> readChoices(p, value);
                    case "usage" -> readUsage(p, value);
                    case "error" -> {
                        chunk.error |= value != JsonToken.VALUE_NULL;
                        p.skipChildren();
                    }
                    default -> p.skipChildren();
                }
            }
            if (p.currentToken() != JsonToken.END_OBJECT) {
                throw new MalformedChunkException(null);
            }
            return chunk;
        } catch (JacksonException e) {
            throw new MalformedChunkException(e);
        }
    }

    private void readChoices(JsonParser p, JsonToken start) {
        if (start != JsonToken.START_ARRAY) {
            p.skipChildren();
            return;
        }
        boolean first = true;
        for (JsonToken t = p.nextToken(); isInside(t, JsonToken.END_ARRAY); t = p.nextToken()) {
            if (t == JsonToken.START_OBJECT && first) {
                readChoice(p);
                first = false;
            } else {
                p.skipChildren();
            }
        }
    }

    private void readChoice(JsonParser p) {
        while (p.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = p.currentName();
            JsonToken value = p.nextToken();
            switch (name) {
                case "delta", "message" -> readDelta(p, value);
                case "finish_reason" -> {
                    if (value == JsonToken.VALUE_STRING) {
                        chunk.finishReason = p.getString();
                    } else {
                        p.skipChildren();
                    }
                }
                default -> p.skipChildren();
            }
        }
    }

    private void readDelta(JsonParser p, JsonToken start) {
        if (start != JsonToken.START_OBJECT) {
            p.skipChildren();
            return;
        }
        while (p.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = p.currentName();
            JsonToken value = p.nextToken();
            if (name.equals("content") && value == JsonToken.VALUE_STRING) {
                chunk.text = p.getString();
            } else if (name.equals("tool_calls") && value == JsonToken.START_ARRAY) {
                readToolCalls(p);
            } else {
                p.skipChildren();
            }
        }
    }

    private void readToolCalls(JsonParser p) {
        int place = 0;
        for (JsonToken t = p.nextToken(); isInside(t, JsonToken.END_ARRAY); t = p.nextToken()) {
            if (t == JsonToken.START_OBJECT) {
                readToolCall(p, place++);
            } else {
                p.skipChildren();
            }
        }
    }

    /** Without an index, as in a whole reply, a call's place in the array is its index. */
    private void readToolCall(JsonParser p, int place) {
        int index = place;
        String id = null;
        String function = null;
        String arguments = null;
        while (p.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = p.currentName();
            JsonToken value = p.nextToken();
            if (name.equals("index") && value == JsonToken.VALUE_NUMBER_INT) {
                index = (int) Math.clamp(p.getLongValue(), 0, Integer.MAX_VALUE);
            } else if (name.equals("id") && value == JsonToken.VALUE_STRING) {
                id = p.getString();
            } else if (name.equals("function") && value == JsonToken.START_OBJECT) {
                while (p.nextToken() == JsonToken.PROPERTY_NAME) {
                    String field = p.currentName();
                    JsonToken content = p.nextToken();
                    if (field.equals("name") && content == JsonToken.VALUE_STRING) {
                        function = p.getString();
                    } else if (field.equals("arguments") && content == JsonToken.VALUE_STRING) {
                        arguments = p.getString();
                    } else {
                        p.skipChildren();
                    }
                }
            } else {
                p.skipChildren();
            }
        }
        chunk.toolCalls.add(new ToolCallParts.Part(index, id, function, arguments));
    }

    private void readUsage(JsonParser p, JsonToken start) {
        if (start != JsonToken.START_OBJECT) {
            p.skipChildren();
            return;
        }
        chunk.usage = true;
        while (p.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = p.currentName();
            JsonToken value = p.nextToken();
            switch (name) {
                case "prompt_tokens" -> chunk.promptTokens = count(p, value);
                case "completion_tokens" -> chunk.completionTokens = count(p, value);
                case "prompt_tokens_details" -> readPromptDetails(p, value);
                default -> p.skipChildren();
            }
        }
    }

    private void readPromptDetails(JsonParser p, JsonToken start) {
        if (start != JsonToken.START_OBJECT) {
            p.skipChildren();
            return;
        }
        while (p.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = p.currentName();
            JsonToken value = p.nextToken();
            if (name.equals("cached_tokens")) {
                chunk.cachedTokens = count(p, value);
            } else {
                p.skipChildren();
            }
        }
    }

    private static long count(JsonParser p, JsonToken value) {
        if (value == JsonToken.VALUE_NUMBER_INT) {
            return Math.max(0, p.getLongValue());
        }
        p.skipChildren();
        return 0;
    }

    private static boolean isInside(@Nullable JsonToken token, JsonToken end) {
        return token != null && token != end;
    }
}
