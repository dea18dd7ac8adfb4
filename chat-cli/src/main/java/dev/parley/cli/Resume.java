package dev.parley.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From where a connection goes on; nothing for a new session. */
record Resume(@Nullable String session, @Nullable String cursor) {

    static final Resume NOTHING = new Resume(null, null);

    String query(String path) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("session", session == null ? "" : session);
        parameters.put("cursor", cursor == null || session == null ? "" : cursor);
        return Gateway.query(path, parameters);
    }
}
