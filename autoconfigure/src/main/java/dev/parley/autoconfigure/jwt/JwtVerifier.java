package dev.parley.autoconfigure.jwt;

import dev.parley.schemas.record.Caller;
import io.jsonwebtoken.Claims;
import io.jsonwebtoken.ExpiredJwtException;
import io.jsonwebtoken.Jws;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.JwtParserBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens by RFC 8725: the algorithm comes from an allow list and must fit the configured
 * key; {@code jku}, {@code x5u} and embedded keys are never followed; issuer, audience and expiry
 * are required.
 */
public final class JwtVerifier {

    private static final Set<String> SECRET_ALGORITHMS = Set.of("HS256");
    private static final Set<String> PUBLIC_KEY_ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA");
    private static final int SECRET_BYTES_MIN = 32;
    private static final int TOKEN_CHARS_MAX = 16_384;
    private static final int SUBJECT_CHARS_MAX = 256;

    private final JwtParser parser;
    private final Set<String> algorithms;

    public JwtVerifier(JwtSettings settings, Clock clock) {
        JwtParserBuilder builder =
                Jwts.parser()
                        .requireIssuer(settings.issuer())
                        .requireAudience(settings.audience())
                        .clock(() -> Date.from(clock.instant()))
                        .clockSkewSeconds(settings.leeway().toSeconds());
        if (settings.jwksUri() != null) {
            builder.keyLocator(new JwksKeys(settings.jwksUri(), settings.jwksRefresh(), clock));
            this.algorithms = PUBLIC_KEY_ALGORITHMS;
        } else {
            builder.verifyWith(Keys.hmacShaKeyFor(secret(settings)));
            this.algorithms = SECRET_ALGORITHMS;
        }
        this.parser = builder.build();
    }

    /** The caller that the token proves. */
    public VerifiedToken verify(@Nullable String token) throws InvalidTokenException {
        if (token == null || token.isBlank() || token.length() > TOKEN_CHARS_MAX) {
            throw new InvalidTokenException("no token");
        }
        Jws<Claims> jws;
        try {
            jws = parser.parseSignedClaims(token);
        } catch (ExpiredJwtException e) {
            throw new InvalidTokenException("expired");
        } catch (JwtException | IllegalArgumentException e) {
            throw new InvalidTokenException("not valid");
        }
        if (!algorithms.contains(jws.getHeader().getAlgorithm())) {
            throw new InvalidTokenException("algorithm not allowed");
        }
        return read(jws.getPayload());
    }

    private static VerifiedToken read(Claims claims) throws InvalidTokenException {
        String subject = claims.getSubject();
        if (subject == null || subject.isBlank() || subject.length() > SUBJECT_CHARS_MAX) {
            throw new InvalidTokenException("no subject");
        }
        if (claims.getExpiration() == null) {
            throw new InvalidTokenException("no expiry");
        }
        List<String> roles = roles(claims);
        Caller caller =
                new Caller(
                        subject,
                        text(claims, "name"),
                        text(claims, "email"),
                        roles.isEmpty() ? "" : roles.getFirst(),
                        text(claims, "team"));
        return new VerifiedToken(caller, roles, claims.getExpiration().toInstant());
    }

    private static List<String> roles(Claims claims) {
        if (claims.get("role") instanceof String role) {
            return List.of(role);
        }
        List<String> roles = new ArrayList<>();
        if (claims.get("roles") instanceof Collection<?> values) {
            for (Object value : values) {
                if (value instanceof String role) {
                    roles.add(role);
                }
            }
        }
        return List.copyOf(roles);
    }

    private static @Nullable String text(Claims claims, String name) {
        return claims.get(name) instanceof String text ? text : null;
    }

    private static byte[] secret(JwtSettings settings) {
        byte[] secret =
                settings.secret() == null
                        ? new byte[0]
                        : settings.secret().getBytes(StandardCharsets.UTF_8);
        if (secret.length < SECRET_BYTES_MIN) {
            throw new IllegalStateException(
                    "PARLEY_JWT_SECRET must have at least "
                            + SECRET_BYTES_MIN
                            + " bytes and has "
                            + secret.length
                            + "; or set PARLEY_JWKS_URI.");
        }
        return secret;
    }
}
