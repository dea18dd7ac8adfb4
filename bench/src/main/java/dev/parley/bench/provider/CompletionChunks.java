package dev.parley.bench.provider;

import dev.parley.schemas.Json;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Server-sent events of a streamed completion, each encoded once as one HTTP chunk: the provider
 * must cost as little as possible beside what is measured.
 */
final class CompletionChunks {

    private static final byte[] HEAD =
            ascii(
                    """
                    HTTP/1.1 200 OK
                    Content-Type: text/event-stream
                    Cache-Control: no-cache
                    Transfer-Encoding: chunked

                    """
                            .replace("\n", "\r\n"));
    private static final byte[] ROLE = event("{\"role\":\"assistant\",\"content\":\"\"}", "null");
    private static final byte[] STOP = event("{}", "\"stop\"");
    private static final byte[] LENGTH = event("{}", "\"length\"");
    private static final byte[] END = join(chunk("data: [DONE]\n\n"), ascii("0\r\n\r\n"));
    private static final List<byte[]> TOKENS =
            AnswerText.WORDS.stream()
                    .map(word -> event("{\"content\":" + Json.writeText(word) + "}", "null"))
                    .toList();

    private CompletionChunks() {}

    /**
     * Head of the response and role, with room for {@code tokens} tokens and {@code extra} bytes.
     */
    static ByteBuffer opening(String id, int tokens, int extra) {
        return allocate(HEAD.length + ROLE.length + extra, id, 0, tokens).put(HEAD).put(ROLE);
    }

    /** A buffer with room for {@code extra} bytes and the tokens {@code from} to {@code to}. */
    static ByteBuffer allocate(int extra, String id, int from, int to) {
        int size = extra;
        for (int i = from; i < to; i++) {
            size += token(id, i).length;
        }
        return ByteBuffer.allocate(size);
    }

    static byte[] token(String id, int index) {
        return TOKENS.get(AnswerText.word(id, index));
    }

    /** Finish reason, usage where asked for, and the end of the response. */
    static byte[] closing(CompletionRequest request, int tokens, boolean cut) {
        byte[] finish = cut ? LENGTH : STOP;
        if (!request.includeUsage()) {
            return join(finish, END);
        }
        String usage =
                "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
                        + "\"created\":1700000000,\"model\":\"bench\",\"choices\":[],\"usage\":"
                        + usage(request, tokens)
                        + "}\n\n";
        return join(finish, chunk(usage), END);
    }

    /** The whole response of a request that did not ask for a stream. */
    static byte[] whole(CompletionRequest request, String answer, int tokens, boolean cut) {
        byte[] body =
                ("{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1700000000,"
                                + "\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":{"
                                + "\"role\":\"assistant\",\"content\":"
                                + Json.writeText(answer)
                                + "},\"finish_reason\":\""
                                + (cut ? "length" : "stop")
                                + "\"}],\"usage\":"
                                + usage(request, tokens)
                                + "}")
                        .getBytes(StandardCharsets.UTF_8);
        return response("200 OK", body);
    }

    static byte[] response(String status, byte[] body) {
        String head =
                "HTTP/1.1 "
                        + status
                        + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n";
        return join(ascii(head), body);
    }

    private static String usage(CompletionRequest request, int tokens) {
        // Four characters a token, as everybody estimates.
        int prompt = Math.max(1, request.promptChars() / 4);
        return "{\"prompt_tokens\":%d,\"completion_tokens\":%d,\"total_tokens\":%d}"
                .formatted(prompt, tokens, prompt + tokens);
    }

    private static byte[] event(String delta, String finishReason) {
        return chunk(
                "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\","
                        + "\"created\":1700000000,\"model\":\"bench\",\"choices\":[{\"index\":0,"
                        + "\"delta\":"
                        + delta
                        + ",\"finish_reason\":"
                        + finishReason
                        + "}]}\n\n");
    }

    private static byte[] chunk(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return join(ascii(Integer.toHexString(body.length) + "\r\n"), body, ascii("\r\n"));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] join(byte[]... parts) {
        int size = 0;
        for (byte[] part : parts) {
            size += part.length;
        }
        ByteBuffer joined = ByteBuffer.allocate(size);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }
}
