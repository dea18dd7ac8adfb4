package dev.parley.gateway.access;

import dev.parley.autoconfigure.jwt.JwtSettings;
import dev.parley.schemas.frame.ErrorCode;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Issues tokens for four known accounts; never where an issuer of the organisation is configured.
 */
@Component
public final class DemoIssuer {

    private static final Map<String, String> ROLES =
            Map.of("user1", "user", "user2", "user", "auditor", "auditor", "admin", "admin");
    private static final Map<String, String> NAMES =
            Map.of(
                    "user1",
                    "User One",
                    "user2",
                    "User Two",
                    "auditor",
                    "Auditor",
                    "admin",
                    "Admin");

    private final DemoSettings settings;
    private final JwtSettings jwt;
    private final Clock clock;
    private final Map<String, Failures> failures = new HashMap<>();

    private record Failures(int count, Instant since) {}

    DemoIssuer(DemoSettings settings, JwtSettings jwt, Clock clock) {
        this.settings = settings;
        this.jwt = jwt;
        this.clock = clock;
    }

    /** A token's text. */
    public record Issued(String token, Instant expiresAt) {}

    public boolean isOn() {
        return settings.login()
                && jwt.jwksUri() == null
                && jwt.secret() != null
                && settings.password() != null
                && !settings.password().isBlank();
    }

    /** A token for the account, or the refusal. */
    public Issued login(String username, String password) throws RefusedException {
        if (!isOn()) {
            throw new RefusedException(ErrorCode.NOT_FOUND, "There is no login here.");
        }
        String role = ROLES.get(username);
        String account = role == null ? "" : username;
        Instant now = clock.instant();
        if (mustWait(account, now)) {
            throw new RefusedException(
                    ErrorCode.RATE_LIMITED, "Too many failed logins; wait a minute.");
        }
        boolean right = isEqual(password, settings.password());
        if (!right || role == null) {
            fail(account, now);
            throw new RefusedException(ErrorCode.UNAUTHENTICATED, "Wrong user name or password.");
        }
        Instant expiresAt = now.plus(settings.tokenLife()).truncatedTo(ChronoUnit.SECONDS);
        return new Issued(token(username, role, now, expiresAt), expiresAt);
    }

    private String token(String username, String role, Instant now, Instant expiresAt) {
        byte[] secret = String.valueOf(jwt.secret()).getBytes(StandardCharsets.UTF_8);
        return Jwts.builder()
                .issuer(jwt.issuer())
                .audience()
                .add(jwt.audience())
                .and()
                .subject(username)
                .claim("name", NAMES.get(username))
                .claim("role", role)
                .issuedAt(Date.from(now))
                .expiration(Date.from(expiresAt))
                .signWith(Keys.hmacShaKeyFor(secret), Jwts.SIG.HS256)
                .compact();
    }

    private synchronized boolean mustWait(String account, Instant now) {
        Failures known = failures.get(account);
        return known != null
                && known.count() >= settings.failuresMax()
                && known.since().plus(settings.failureWindow()).isAfter(now);
    }

    /** Unknown names share one count, so that made-up ones cost no memory. */
    private synchronized void fail(String account, Instant now) {
        failures.merge(
                account,
                new Failures(1, now),
                (known, first) ->
                        known.since().plus(settings.failureWindow()).isAfter(now)
                                ? new Failures(known.count() + 1, known.since())
                                : first);
    }

    private static boolean isEqual(String given, @Nullable String expected) {
        return expected != null
                && MessageDigest.isEqual(
                        given.getBytes(StandardCharsets.UTF_8),
                        expected.getBytes(StandardCharsets.UTF_8));
    }
}
