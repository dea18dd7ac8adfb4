package dev.parley.audit.vault;

import dev.parley.schemas.vault.PersonCipher;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/** The master key, and keys of this service that are made of it. */
@Component
public final class MasterKey {

    private static final String HMAC = "HmacSHA256";

    private final byte[] key;

    MasterKey(VaultSettings settings) {
        try {
            key = Base64.getDecoder().decode(settings.masterKey().strip());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("PARLEY_MASTER_KEY is not base64", e);
        }
        if (key.length != PersonCipher.KEY_BYTES) {
            throw new IllegalStateException(
                    "PARLEY_MASTER_KEY must have "
                            + PersonCipher.KEY_BYTES
                            + " bytes and has "
                            + key.length);
        }
    }

    byte[] bytes() {
        return key;
    }

    /** A key for one purpose of this service: HMAC-SHA-256 of the purpose under the master key. */
    public byte[] derive(String purpose) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(("audit/" + purpose).getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HMAC-SHA-256", e);
        }
    }
}
