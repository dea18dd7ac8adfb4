package dev.parley.gateway.access;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The query's parameters alone: the servlet's own would read a body too. The first of a name
 * counts.
 */
public record Query(Map<String, String> parameters) {

    public static Query of(HttpServletRequest request) {
        return parse(request.getQueryString());
    }

    static Query parse(@Nullable String text) {
        Map<String, String> parameters = new HashMap<>();
        if (text != null) {
            for (String pair : text.split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    String value = decoded(pair.substring(equals + 1));
                    if (value != null) {
                        parameters.putIfAbsent(pair.substring(0, equals), value);
                    }
                }
            }
        }
        return new Query(parameters);
    }

    /** Null when absent or empty. */
    public @Nullable String get(String name) {
        String value = parameters.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** What may be passed on: all but tickets and tokens. Null when nothing is left. */
    public static @Nullable String withoutProof(@Nullable String query) {
        if (query == null) {
            return null;
        }
        String rest =
                Arrays.stream(query.split("&"))
                        .filter(pair -> !pair.startsWith("ticket=") && !pair.startsWith("token="))
                        .collect(Collectors.joining("&"));
        return rest.isEmpty() ? null : rest;
    }

    private static @Nullable String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
