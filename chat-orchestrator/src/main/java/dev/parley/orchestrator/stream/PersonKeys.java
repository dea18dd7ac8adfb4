package dev.parley.orchestrator.stream;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.vault.CipherException;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data keys of the users of one task. A key is made at the first text that needs it, kept wrapped
 * in the store and published wrapped; open keys are kept for the users of late only, and for no
 * longer than this task, so that an aborted transaction takes its new keys along.
 */
final class PersonKeys {

    private static final Logger LOG = LoggerFactory.getLogger(PersonKeys.class);
    private static final int OPEN_KEYS_MAX = 10_000;

    private final KeyValueStore<String, byte[]> store;
    private final PersonCipher cipher;
    private final byte[] masterKey;
    private final Map<String, OpenKey> open =
            new LinkedHashMap<>(64, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.@Nullable Entry<String, OpenKey> eldest) {
                    return size() > OPEN_KEYS_MAX;
                }
            };

    private record OpenKey(String keyId, byte[] key) {}

    PersonKeys(KeyValueStore<String, byte[]> store, PersonCipher cipher, byte[] masterKey) {
        this.store = store;
        this.cipher = cipher;
        this.masterKey = masterKey;
    }

    /**
     * Seals a text of this user and message.
     *
     * @param made told of a key that had to be made
     */
    SealedText seal(
            String userId, String messageId, String text, Instant now, Consumer<PersonKey> made) {
        OpenKey key = open.get(userId);
        if (key == null) {
            key = keyOf(userId, now, made);
            open.put(userId, key);
        }
        return cipher.seal(key.key(), key.keyId(), messageId, text);
    }

    /**
     * Seals a text of this message with the key of the person whose words it repeats. That key is
     * another task's: it is neither kept here nor published. One that does not open must stall no
     * task: what it should seal is sealed for nobody.
     */
    SealedText seal(PersonKey person, String messageId, String text) {
        byte[] key;
        try {
            key = cipher.unwrap(masterKey, person.userId(), person.keyId(), person.wrapped());
        } catch (CipherException e) {
            LOG.warn("the key {} of a rerun does not open", person.keyId());
            key = cipher.newKey();
        }
        SealedText sealed = cipher.seal(key, person.keyId(), messageId, text);
        return new SealedText(sealed.keyId(), sealed.sealed(), person.userId());
    }

    /** Forgets the user's key; the next text makes a new one. */
    void destroy(String userId) {
        open.remove(userId);
        store.delete(StateKeys.personKey(userId));
    }

    private OpenKey keyOf(String userId, Instant now, Consumer<PersonKey> made) {
        byte[] stored = store.get(StateKeys.personKey(userId));
        if (stored != null) {
            PersonKey wrapped = Json.read(stored, PersonKey.class);
            return new OpenKey(
                    wrapped.keyId(),
                    cipher.unwrap(masterKey, userId, wrapped.keyId(), wrapped.wrapped()));
        }
        String keyId = UUID.randomUUID().toString();
        byte[] key = cipher.newKey();
        PersonKey wrapped =
                new PersonKey(userId, keyId, cipher.wrap(masterKey, userId, keyId, key), now);
        store.put(StateKeys.personKey(userId), Json.write(wrapped));
        made.accept(wrapped);
        return new OpenKey(keyId, key);
    }
}
