package dev.parley.audit.search;

import dev.parley.audit.vault.MasterKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Component;

/**
 * Replaces the words in the text form of a {@code tsvector} or {@code tsquery} by keyed hashes, 64
 * bits of HMAC-SHA-256, and leaves positions and operators as they are. PostgreSQL decides what a
 * word is, on both sides alike, and stores none.
 *
 * <p>Equal words stay equal, so somebody who has the table alone can count how often a word comes,
 * not read it. Whoever has the master key can try words.
 */
@Component
public final class HashedWords {

    private static final String HMAC = "HmacSHA256";
    private static final int HASH_BYTES = 8;

    /** A quoted word, in which quotes and backslashes are doubled (PostgreSQL manual, 8.11). */
    private static final Pattern WORD = Pattern.compile("'((?:[^'\\\\]|''|\\\\\\\\)*+)'");

    private final SecretKeySpec key;

    HashedWords(MasterKey masterKey) {
        this.key = new SecretKeySpec(masterKey.derive("search-words"), HMAC);
    }

    String hashed(String vectorOrQuery) {
        Mac mac = mac();
        Matcher words = WORD.matcher(vectorOrQuery);
        StringBuilder out = new StringBuilder(vectorOrQuery.length());
        while (words.find()) {
            byte[] hash = mac.doFinal(words.group(1).getBytes(StandardCharsets.UTF_8));
            words.appendReplacement(out, "'" + HexFormat.of().formatHex(hash, 0, HASH_BYTES) + "'");
        }
        return words.appendTail(out).toString();
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every JDK has HMAC-SHA-256", e);
        }
    }
}
