package dev.parley.gateway.access;

import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.TokenRevoked;
import dev.parley.schemas.frame.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Tokens that their holders have signed out. They stand in the session log under the hash of their
 * text until they would have expired, so that every gateway refuses them and ends their
 * connections.
 */
@Component
public final class Revocations {

    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final Duration APPEND_TIMEOUT = Duration.ofSeconds(5);

    private final SessionLog sessionLog;
    private final Clock clock;

    Revocations(SessionLog sessionLog, Clock clock) {
        this.sessionLog = sessionLog;
        this.clock = clock;
    }

    /** Signs the caller's token out everywhere; returns when this gateway knows it. */
    public void revoke(Identity identity) throws RefusedException {
        String hash = hash(identity);
        if (hash == null) {
            return;
        }
        try {
            sessionLog
                    .appendAndApply(new TokenRevoked(hash, identity.expiresAt()))
                    .orTimeout(APPEND_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            LOG.warn("a token was not signed out: {}", String.valueOf(e.getCause()));
            throw new RefusedException(
                    ErrorCode.UNAVAILABLE, "The token cannot be signed out now; try again.");
        }
    }

    boolean isRevoked(String token) {
        return !sessionLog.directory().revoked().isEmpty()
                && sessionLog.directory().isRevoked(hash(token));
    }

    /** Removes from the log what has expired anyway. */
    public void sweep() {
        for (TokenRevoked token : sessionLog.directory().revoked()) {
            if (token.expiresAt().isBefore(clock.instant())) {
                sessionLog.remove(token.key());
            }
        }
    }

    /** Of the identity's token; null when it is not known. */
    public static @Nullable String hash(Identity identity) {
        return identity.bearer() == null ? null : hash(identity.bearer());
    }

    private static String hash(String token) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
