package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.policy.InvalidPolicyException;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** How the calls of the administration are read and answered. */
@Component
class Calls {

    static final int LIMIT_MAX = 200;
    private static final int QUERY_CHARS_MAX = 500;
    private static final int DISCARDED_MAX = 64_000_000;

    private final AdministrationSettings settings;

    Calls(AdministrationSettings settings) {
        this.settings = settings;
    }

    /** The whole body, unless it is too large. */
    byte[] body(HttpServletRequest request) throws IOException {
        byte[] body = request.getInputStream().readNBytes(settings.bodyBytesMax() + 1);
        if (body.length > settings.bodyBytesMax()) {
            // A client that is still sending would not see the answer.
            request.getInputStream().skip(DISCARDED_MAX);
            throw new ProblemException(
                    ErrorCode.MESSAGE_TOO_LONG,
                    "The body has more than " + settings.bodyBytesMax() + " bytes.");
        }
        return body;
    }

    ObjectNode object(HttpServletRequest request) throws IOException {
        try {
            if (Json.tree(body(request)) instanceof ObjectNode object) {
                return object;
            }
        } catch (UnreadableRecordException e) {
            throw new InvalidPolicyException(
                    "", "The body is not JSON, has a field twice, or a number that JSON has not.");
        }
        throw new InvalidPolicyException("", "The body must be a JSON object.");
    }

    /**
     * Takes the version that the caller has seen out of a body, and what only an answer carries;
     * null: none was given.
     */
    static @Nullable Long version(ObjectNode body, @Nullable String name) {
        JsonNode named = body.remove("name");
        if (name != null && named != null && !named.isNull() && !name.equals(text(named))) {
            throw new InvalidPolicyException("name", "is not the name in the address.");
        }
        if (name == null && named != null) {
            throw new InvalidPolicyException("name", "is not a known field.");
        }
        body.remove(List.of("updated_at", "updated_by"));
        JsonNode version = body.remove("version");
        if (version == null || version.isNull()) {
            return null;
        }
        if (!version.isIntegralNumber() || !version.canConvertToLong()) {
            throw new InvalidPolicyException("version", "must be a whole number.");
        }
        return version.longValue();
    }

    private static @Nullable String text(JsonNode node) {
        return node.isString() ? node.stringValue() : null;
    }

    static int limit(int limit) {
        if (limit < 1 || limit > LIMIT_MAX) {
            throw new InvalidPolicyException("limit", "must be in 1.." + LIMIT_MAX + ".");
        }
        return limit;
    }

    static @Nullable String query(@Nullable String query) {
        if (query == null || query.isBlank()) {
            return null;
        }
        if (query.length() > QUERY_CHARS_MAX || query.indexOf('\0') >= 0) {
            throw new InvalidPolicyException(
                    "query", "has at most " + QUERY_CHARS_MAX + " characters, none of them NUL.");
        }
        return query;
    }

    /** The subject after which a list goes on; null at its beginning. */
    static @Nullable String after(@Nullable String cursor) {
        if (cursor == null || cursor.isEmpty()) {
            return null;
        }
        try {
            String subject =
                    new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            if (subject.indexOf('/') > 0 && subject.indexOf('\0') < 0) {
                return subject;
            }
        } catch (IllegalArgumentException e) {
            // Refused below.
        }
        throw new InvalidPolicyException("after", "is not a cursor of this list.");
    }

    /** Of rows that were asked for with one more than {@code limit}. */
    static ResponseEntity<byte[]> page(
            List<StoredSubject> rows, int limit, Function<StoredSubject, ObjectNode> item) {
        boolean more = rows.size() > limit;
        List<StoredSubject> shown = more ? rows.subList(0, limit) : rows;
        ObjectNode page = JsonNodeFactory.instance.objectNode();
        ArrayNode items = page.putArray("items");
        shown.forEach(row -> items.add(item.apply(row)));
        if (more) {
            page.put(
                    "next",
                    Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(
                                    shown.getLast().subject().getBytes(StandardCharsets.UTF_8)));
        } else {
            page.putNull("next");
        }
        return json(HttpStatus.OK, page);
    }

    static ResponseEntity<byte[]> json(HttpStatus status, JsonNode body) {
        return ResponseEntity.status(status)
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(Json.write(body));
    }
}
