package dev.parley.audit.vault;

import dev.parley.schemas.vault.CipherException;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The keys of some persons for the length of one request. Unwrapping takes microseconds, and a key
 * that is read anew each time is gone the moment it is destroyed: nothing is cached beyond this.
 */
public final class Keyring {

    /** A row of the keys table; {@code wrapped} is null once destroyed. */
    record Entry(String userId, String keyId, @Nullable String wrapped) {}

    private record Name(String userId, String keyId) {}

    private final PersonCipher cipher;
    private final byte[] masterKey;
    private final Map<String, Map<String, Entry>> entries;
    private final Map<Name, byte[]> unwrapped = new java.util.HashMap<>();

    Keyring(PersonCipher cipher, byte[] masterKey, Map<String, Map<String, Entry>> entries) {
        this.cipher = cipher;
        this.masterKey = masterKey;
        this.entries = entries;
    }

    /** Opens a text of this message of this person. */
    public OpenedText open(String userId, String context, @Nullable SealedText sealed) {
        if (sealed == null) {
            return OpenedText.NONE;
        }
        Entry entry = entries.getOrDefault(userId, Map.of()).get(sealed.keyId());
        if (entry == null) {
            return OpenedText.unreadable(OpenedText.State.KEY_MISSING);
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

    /** Seals with any living key of the person; empty when there is none. */
    public Optional<SealedText> seal(String userId, String context, String text) {
        for (Entry entry : entries.getOrDefault(userId, Map.of()).values()) {
            if (entry.wrapped() != null) {
                return Optional.of(
                        cipher.seal(dataKey(entry, entry.wrapped()), entry.keyId(), context, text));
            }
        }
        return Optional.empty();
    }

    private byte[] dataKey(Entry entry, String wrapped) {
        return unwrapped.computeIfAbsent(
                new Name(entry.userId(), entry.keyId()),
                name -> cipher.unwrap(masterKey, name.userId(), name.keyId(), wrapped));
    }
}
