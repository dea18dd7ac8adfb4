package dev.parley.autoconfigure.kafka;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.PipelineEvent;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of the log; whatever cannot be read is an {@link UnreadableRecordException} and
 * nothing else.
 */
public final class Inbound {

    private static final String SUPPORTED_VERSION = ".v1";

    private Inbound() {}

    /** The event in {@code value}; refuses a tombstone and a {@code ce_type} of another version. */
    public static <T extends PipelineEvent> T event(
            Headers headers, byte @Nullable [] value, Class<T> type) {
        if (value == null) {
            throw new UnreadableRecordException("a tombstone where a record is expected", null);
        }
        String ceType = text(headers, "ce_type");
        if (ceType != null && !ceType.endsWith(SUPPORTED_VERSION)) {
            throw new UnreadableRecordException("a version that is not known: " + ceType, null);
        }
        return Json.read(value, type);
    }

    /** A header's text; null when absent. */
    public static @Nullable String text(Headers headers, String name) {
        Header header = headers.lastHeader(name);
        return header == null || header.value() == null
                ? null
                : new String(header.value(), StandardCharsets.UTF_8);
    }

    /** A header's whole number; {@code absent} when it is missing or no number. */
    public static int number(Headers headers, String name, int absent) {
        String text = text(headers, name);
        if (text == null) {
            return absent;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return absent;
        }
    }
}
