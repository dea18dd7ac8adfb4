package dev.parley.audit.proof;

import dev.parley.audit.vault.MasterKey;
import dev.parley.schemas.chain.ChainSignatures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.security.KeyPair;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The Ed25519 key that this service signs with. */
@Component
public final class SigningKey {

    private static final String PURPOSE = "signing";

    private final KeyPair pair;

    SigningKey(ProofSettings settings, MasterKey masterKey) {
        String text = text(settings);
        pair =
                ChainSignatures.keyPair(
                        text == null ? masterKey.derive(PURPOSE) : seed(text.strip()));
    }

    private static @Nullable String text(ProofSettings settings) {
        if (settings.signingKey() != null && !settings.signingKey().isBlank()) {
            return settings.signingKey();
        }
        if (settings.signingKeyFile() == null || settings.signingKeyFile().toString().isBlank()) {
            return null;
        }
        try {
            return Files.readString(settings.signingKeyFile());
        } catch (IOException e) {
            throw new UncheckedIOException("PARLEY_AUDIT_SIGNING_KEY_FILE cannot be read", e);
        }
    }

    private static byte[] seed(String text) {
        try {
            byte[] seed = Base64.getDecoder().decode(text);
            if (seed.length == ChainSignatures.SEED_BYTES) {
                return seed;
            }
        } catch (IllegalArgumentException e) {
            // Said below, for both.
        }
        throw new IllegalStateException(
                "PARLEY_AUDIT_SIGNING_KEY must be base64 of "
                        + ChainSignatures.SEED_BYTES
                        + " bytes");
    }

    public KeyPair pair() {
        return pair;
    }

    public String keyId() {
        return ChainSignatures.keyId(pair.getPublic());
    }

    public String publicKey() {
        return ChainSignatures.encoded(pair.getPublic());
    }
}
