package dev.parley.audit.vault;

import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.vault.CipherException;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys of some persons for the length of one request. Unwrapping takes microseconds, and a key
 * that is read anew each time is gone the moment it is destroyed: nothing is cached beyond this.
 * Keys of a person who was not foreseen, whose words stand in a record of somebody else, are read
 * when the first of those is met.
 */
public final class Keyring {

    /** A row of the keys table; {@code wrapped} is null once destroyed. */
    record Entry(String userId, String keyId, @Nullable String wrapped, Instant createdAt) {}

    private record Name(String userId, String keyId) {}

    private final PersonCipher cipher;
    private final byte[] masterKey;
    private final Map<String, Map<String, Entry>> entries;
    private final Function<String, Map<String, Entry>> further;
    private final Map<Name, byte[]> unwrapped = new HashMap<>();

    Keyring(
            PersonCipher cipher,
            byte[] masterKey,
            Map<String, Map<String, Entry>> entries,
            Function<String, Map<String, Entry>> further) {
        this.cipher = cipher;
        this.masterKey = masterKey;
        this.entries = entries;
        this.further = further;
    }

    /** Opens a text of this message in a record of this person. */
    public OpenedText open(String userId, String context, @Nullable SealedText sealed) {
        if (sealed == null) {
            return OpenedText.NONE;
        }
        Entry entry = entry(userId, sealed);
        if (entry == null) {
            return OpenedText.unreadable(
                    sealed.userId() == null
                            ? OpenedText.State.KEY_MISSING
                            : OpenedText.State.WITHHELD);
        }
        if (entry.wrapped() == null) {
            return OpenedText.unreadable(OpenedText.State.ERASED);
        }
        try {
            return new OpenedText(
                    cipher.open(dataKey(entry, entry.wrapped()), context, sealed),
                    OpenedText.State.READABLE);
        } catch (CipherException e) {
            return OpenedText.unreadable(OpenedText.State.DAMAGED);
        }
    }

    /** The key, wrapped, that a text in a record of this person is sealed with, while it lives. */
    public Optional<PersonKey> keyOf(String userId, SealedText sealed) {
        Entry entry = entry(userId, sealed);
        return entry == null || entry.wrapped() == null
                ? Optional.empty()
                : Optional.of(
                        new PersonKey(
                                entry.userId(), entry.keyId(), entry.wrapped(), entry.createdAt()));
    }

    /** Seals with any living key of the person; empty when there is none. */
    public Optional<SealedText> seal(String userId, String context, String text) {
        for (Entry entry : of(userId).values()) {
            if (entry.wrapped() != null) {
                return Optional.of(
                        cipher.seal(dataKey(entry, entry.wrapped()), entry.keyId(), context, text));
            }
        }
        return Optional.empty();
    }

    private @Nullable Entry entry(String userId, SealedText sealed) {
        return of(sealed.personOr(userId)).get(sealed.keyId());
    }

    private Map<String, Entry> of(String userId) {
        return entries.computeIfAbsent(userId, further);
    }

    private byte[] dataKey(Entry entry, String wrapped) {
        return unwrapped.computeIfAbsent(
                new Name(entry.userId(), entry.keyId()),
                name -> cipher.unwrap(masterKey, name.userId(), name.keyId(), wrapped));
    }
}
