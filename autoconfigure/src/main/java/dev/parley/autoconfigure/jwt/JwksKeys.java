package dev.parley.autoconfigure.jwt;

import io.jsonwebtoken.JweHeader;
import io.jsonwebtoken.JwsHeader;
import io.jsonwebtoken.LocatorAdapter;
import io.jsonwebtoken.UnsupportedJwtException;
import io.jsonwebtoken.security.Jwk;
import io.jsonwebtoken.security.Jwks;
import io.jsonwebtoken.security.PublicJwk;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.Key;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The public keys of an issuer's JWKS (RFC 7517), cached. While the issuer is down the last keys
 * serve. Fetches are serialised and rate-limited, so that tokens with made-up key ids cannot make
 * us hammer the issuer.
 */
final class JwksKeys extends LocatorAdapter<Key> {

    private static final Logger LOG = LoggerFactory.getLogger(JwksKeys.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FETCH_PAUSE_MIN = Duration.ofSeconds(30);
    private static final int BODY_CHARS_MAX = 1 << 20;

    private final URI uri;
    private final Duration refresh;
    private final Clock clock;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    private volatile Map<String, Key> keys = Map.of();
    private Instant fetchedAt = Instant.MIN;
    private Instant triedAt = Instant.MIN;

    JwksKeys(URI uri, Duration refresh, Clock clock) {
        this.uri = uri;
        this.refresh = refresh;
        this.clock = clock;
    }

    @Override
    protected Key locate(JwsHeader header) {
        refreshIfStale();
        Key key = find(header.getKeyId());
        if (key == null && fetchAgain()) {
            key = find(header.getKeyId());
        }
        if (key == null) {
            throw new UnsupportedJwtException("no key for this token");
        }
        return key;
    }

    @Override
    protected Key locate(JweHeader header) {
        throw new UnsupportedJwtException("encrypted tokens are not taken");
    }

    private @Nullable Key find(@Nullable String keyId) {
        Map<String, Key> known = keys;
        if (keyId == null) {
            return known.size() == 1 ? known.values().iterator().next() : null;
        }
        return known.get(keyId);
    }

    private synchronized void refreshIfStale() {
        if (fetchedAt.isBefore(clock.instant().minus(refresh))) {
            fetch();
        }
    }

    private synchronized boolean fetchAgain() {
        return fetch();
    }

    private boolean fetch() {
        Instant now = clock.instant();
        if (triedAt.isAfter(now.minus(FETCH_PAUSE_MIN))) {
            return false;
        }
        triedAt = now;
        try {
            HttpResponse<String> answer =
                    http.send(
                            HttpRequest.newBuilder(uri).timeout(TIMEOUT).build(),
                            HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200 || answer.body().length() > BODY_CHARS_MAX) {
                LOG.warn("JWKS at {} answered {}", uri, answer.statusCode());
                return false;
            }
            Map<String, Key> fetched = new HashMap<>();
            for (Jwk<?> jwk : Jwks.setParser().build().parse(answer.body()).getKeys()) {
                if (jwk instanceof PublicJwk<?> publicKey) {
                    String id = publicKey.getId() == null ? "" : publicKey.getId();
                    fetched.put(id, publicKey.toKey());
                }
            }
            keys = Map.copyOf(fetched);
            fetchedAt = now;
            return true;
        } catch (IOException | RuntimeException e) {
            LOG.warn("JWKS at {} cannot be read: {}", uri, e.toString());
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
