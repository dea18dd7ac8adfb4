package dev.parley.bench.load;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import javax.crypto.SecretKey;

/** Signs users' tokens with the secret that the system under test verifies with. */
public final class Tokens {

    private static final Duration LIFE = Duration.ofHours(12);
    private static final int SECRET_BYTES = 32;

    private final SecretKey key;
    private final Clock clock;

    public Tokens(String secret, Clock clock) {
        this.key = Keys.hmacShaKeyFor(secret.getBytes(StandardCharsets.UTF_8));
        this.clock = clock;
    }

    /** A secret for one run. */
    public static String randomSecret() {
        byte[] bytes = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** HS256, role {@code user}, of the default issuer and audience. */
    public String of(String user) {
        Instant now = clock.instant();
        return Jwts.builder()
                .subject(user)
                .issuer("parley")
                .audience()
                .add("parley")
                .and()
                .claim("name", user)
                .claim("role", "user")
                .issuedAt(Date.from(now))
                .expiration(Date.from(now.plus(LIFE)))
                .signWith(key, Jwts.SIG.HS256)
                .compact();
    }
}
