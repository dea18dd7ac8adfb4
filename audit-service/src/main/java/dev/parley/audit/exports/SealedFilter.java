package dev.parley.audit.exports;

import dev.parley.audit.vault.MasterKey;
import dev.parley.schemas.Json;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** A job's filters at rest: they may repeat somebody's words. */
@Component
final class SealedFilter {

    private static final String KEY_ID = "export-filters";

    private final byte[] key;
    private final PersonCipher cipher = new PersonCipher(new SecureRandom());

    SealedFilter(MasterKey masterKey) {
        this.key = masterKey.derive(KEY_ID);
    }

    String sealed(Map<String, String> filter) {
        return cipher.seal(key, KEY_ID, KEY_ID, Json.writeText(filter)).sealed();
    }

    Map<String, String> opened(String sealed) {
        JsonNode json =
                Json.tree(
                        cipher.open(key, KEY_ID, new SealedText(KEY_ID, sealed))
                                .getBytes(StandardCharsets.UTF_8));
        Map<String, String> filter = new HashMap<>();
        json.properties()
                .forEach(entry -> filter.put(entry.getKey(), entry.getValue().asString("")));
        return filter;
    }
}
