package dev.parley.audit.vault;

import dev.parley.schemas.vault.PersonCipher;
import java.security.SecureRandom;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Where persons' keys are, and with them their texts. */
@Component
public final class Vault {

    private final JdbcClient database;
    private final MasterKey masterKey;
    private final PersonCipher cipher = new PersonCipher(new SecureRandom());

    Vault(JdbcClient database, MasterKey masterKey) {
        this.database = database;
        this.masterKey = masterKey;
    }

    /** The keys of these persons, the newest of each first. */
    public Keyring keyring(Collection<String> userIds) {
        return new Keyring(
                cipher,
                masterKey.bytes(),
                read(Set.copyOf(userIds)),
                user -> read(Set.of(user)).getOrDefault(user, Map.of()));
    }

    /** With an empty map for whoever has none. */
    private Map<String, Map<String, Keyring.Entry>> read(Set<String> userIds) {
        Map<String, Map<String, Keyring.Entry>> entries = new HashMap<>();
        userIds.forEach(user -> entries.put(user, new LinkedHashMap<>()));
        database.sql(
                        "SELECT user_id, key_id, wrapped, created_at FROM person_keys"
                                + " WHERE user_id = ANY (?) ORDER BY created_at DESC")
                .param(userIds.toArray(String[]::new))
                .query((row, number) ->
                        new Keyring.Entry(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getObject(4, OffsetDateTime.class).toInstant()))
                .list()
                .forEach(entry ->
                        entries.computeIfAbsent(entry.userId(), user -> new LinkedHashMap<>())
                                .put(entry.keyId(), entry));
        return entries;
    }
}
