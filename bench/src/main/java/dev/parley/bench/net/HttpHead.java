package dev.parley.bench.net;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Start line and header fields of an HTTP/1.1 message (RFC 9112).
 *
 * @param fields by lower-case name; of a repeated one the last
 */
public record HttpHead(String startLine, Map<String, String> fields) {

    private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEAD_BYTES_MAX = 64 * 1024;

    /** Takes a head from the front, or nothing when it is not there whole. */
    public static @Nullable HttpHead take(Bytes bytes) {
        int end = bytes.indexOf(END, 0);
        if (end < 0) {
            if (bytes.size() > HEAD_BYTES_MAX) {
                throw new IllegalStateException("a head of more than " + HEAD_BYTES_MAX + " bytes");
            }
            return null;
        }
        String text = new String(bytes.take(end), StandardCharsets.ISO_8859_1);
        bytes.drop(END.length);
        String[] lines = text.split("\r\n", -1);
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            if (colon > 0) {
                fields.put(
                        lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                        lines[i].substring(colon + 1).strip());
            }
        }
        return new HttpHead(lines[0], Map.copyOf(fields));
    }

    public @Nullable String field(String lowerCaseName) {
        return fields.get(lowerCaseName);
    }

    /** Of a response: the status code. */
    public int status() {
        String[] parts = startLine.split(" ", 3);
        return parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
    }

    public boolean isChunked() {
        return "chunked".equalsIgnoreCase(fields.get("transfer-encoding"));
    }

    /** 0 when not stated. */
    public int contentLength() {
        String length = fields.get("content-length");
        return length == null ? 0 : Integer.parseInt(length);
    }
}
