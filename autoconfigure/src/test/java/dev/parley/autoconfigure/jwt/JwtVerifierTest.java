package dev.parley.autoconfigure.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Jwks;
import io.jsonwebtoken.security.Keys;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.SecretKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class JwtVerifierTest {

    private static final String SECRET = "0123456789abcdef0123456789abcdef0123456789abcdef";
    private static final SecretKey KEY =
            Keys.hmacShaKeyFor(SECRET.getBytes(StandardCharsets.UTF_8));
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    private final JwtVerifier verifier = new JwtVerifier(settings(SECRET, null), CLOCK);

    @Test
    void reads_the_caller() throws InvalidTokenException {
        VerifiedToken token =
                verifier.verify(
                        signed(b ->
                                b.claim("name", "Ada")
                                        .claim("email", "a@example.org")
                                        .claim("role", "user")
                                        .claim("team", "blue")));
        assertThat(token.caller().id()).isEqualTo("user-1");
        assertThat(token.caller().name()).isEqualTo("Ada");
        assertThat(token.caller().team()).isEqualTo("blue");
        assertThat(token.roles()).containsExactly("user");
        assertThat(token.expiresAt()).isEqualTo(NOW.plusSeconds(60));
    }

    @Test
    void reads_several_roles_in_their_order() throws InvalidTokenException {
        assertThat(verifier.verify(signed(b -> b.claim("roles", List.of("x", "admin")))).roles())
                .containsExactly("x", "admin");
        assertThat(verifier.verify(signed(b -> b)).roles()).isEmpty();
    }

    static Stream<Arguments> refused() {
        String good = signed(b -> b);
        String[] parts = good.split("\\.");
        String noneHeader = base64("{\"alg\":\"none\"}");
        return Stream.of(
                Arguments.of("no token", ""),
                Arguments.of("not a token", "a.b.c"),
                Arguments.of("alg none", noneHeader + "." + parts[1] + "."),
                Arguments.of(
                        "alg none, old signature", noneHeader + "." + parts[1] + "." + parts[2]),
                Arguments.of("signature cut", parts[0] + "." + parts[1] + "."),
                Arguments.of(
                        "payload changed",
                        parts[0] + "." + base64("{\"sub\":\"x\"}") + "." + parts[2]),
                Arguments.of(
                        "another secret", signedWith(Keys.hmacShaKeyFor(new byte[32]), b -> b)),
                Arguments.of(
                        "HS384 with the same secret",
                        builder(b -> b).signWith(KEY, Jwts.SIG.HS384).compact()),
                Arguments.of("expired", signed(b -> b.expiration(Date.from(NOW.minusSeconds(6))))),
                Arguments.of("not yet", signed(b -> b.notBefore(Date.from(NOW.plusSeconds(6))))),
                Arguments.of("no expiry", signed(b -> b.expiration(null))),
                Arguments.of("foreign issuer", signed(b -> b.issuer("other"))),
                Arguments.of(
                        "foreign audience",
                        Jwts.builder()
                                .subject("u")
                                .issuer("parley")
                                .audience()
                                .add("other")
                                .and()
                                .expiration(Date.from(NOW.plusSeconds(60)))
                                .signWith(KEY, Jwts.SIG.HS256)
                                .compact()),
                Arguments.of(
                        "no audience",
                        Jwts.builder()
                                .subject("u")
                                .issuer("parley")
                                .expiration(Date.from(NOW.plusSeconds(60)))
                                .signWith(KEY, Jwts.SIG.HS256)
                                .compact()),
                Arguments.of("no subject", signed(b -> b.subject(null))),
                Arguments.of("subject of 257 characters", signed(b -> b.subject("x".repeat(257)))),
                Arguments.of("20,000 characters", signed(b -> b.claim("x", "y".repeat(20_000)))));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuses(String why, String token) {
        assertThatThrownBy(() -> verifier.verify(token)).isInstanceOf(InvalidTokenException.class);
    }

    @Test
    void clocks_may_differ_by_the_leeway() throws InvalidTokenException {
        assertThat(verifier.verify(signed(b -> b.expiration(Date.from(NOW.minusSeconds(4))))))
                .isNotNull();
    }

    @Test
    void a_short_secret_stops_the_start() {
        assertThatThrownBy(() -> new JwtVerifier(settings("short", null), CLOCK))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at least 32 bytes");
    }

    static Stream<Arguments> keyPairs() {
        return Stream.of(
                Arguments.of("RS256", Jwts.SIG.RS256.keyPair().build()),
                Arguments.of("ES256", Jwts.SIG.ES256.keyPair().build()),
                Arguments.of("EdDSA", Jwts.SIG.EdDSA.keyPair().build()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("keyPairs")
    void takes_keys_of_a_jwks(String algorithm, KeyPair pair) throws Exception {
        try (JwksServer server = new JwksServer(pair.getPublic())) {
            JwtVerifier byJwks = new JwtVerifier(settings(null, server.uri()), CLOCK);
            String token =
                    builder(b -> b)
                            .header()
                            .keyId("k1")
                            .and()
                            .signWith(pair.getPrivate())
                            .compact();
            assertThat(byJwks.verify(token).caller().id()).isEqualTo("user-1");
            // The classic confusion: the public key taken as an HMAC secret.
            String confused =
                    builder(b -> b)
                            .header()
                            .keyId("k1")
                            .and()
                            .signWith(KEY, Jwts.SIG.HS256)
                            .compact();
            assertThatThrownBy(() -> byJwks.verify(confused))
                    .isInstanceOf(InvalidTokenException.class);
            for (int i = 0; i < 5; i++) {
                String unknown =
                        builder(b -> b)
                                .header()
                                .keyId("made-up-" + i)
                                .and()
                                .signWith(pair.getPrivate())
                                .compact();
                assertThatThrownBy(() -> byJwks.verify(unknown))
                        .isInstanceOf(InvalidTokenException.class);
            }
            assertThat(server.asked.get()).as("fetches, for made-up key ids too").isEqualTo(1);
        }
    }

    @Test
    void never_follows_an_address_in_the_token() throws Exception {
        KeyPair pair = Jwts.SIG.ES256.keyPair().build();
        try (JwksServer ours = new JwksServer(Jwts.SIG.ES256.keyPair().build().getPublic());
                JwksServer theirs = new JwksServer(pair.getPublic())) {
            JwtVerifier byJwks = new JwtVerifier(settings(null, ours.uri()), CLOCK);
            String token =
                    builder(b -> b)
                            .header()
                            .keyId("k1")
                            .add("jku", theirs.uri().toString())
                            .add("x5u", theirs.uri().toString())
                            .and()
                            .signWith(pair.getPrivate())
                            .compact();
            assertThatThrownBy(() -> byJwks.verify(token))
                    .isInstanceOf(InvalidTokenException.class);
            assertThat(theirs.asked.get()).isZero();
        }
    }

    private static JwtSettings settings(String secret, URI jwks) {
        return new JwtSettings(
                secret, jwks, "parley", "parley", Duration.ofSeconds(5), Duration.ofMinutes(10));
    }

    private static JwtBuilder builder(UnaryOperator<JwtBuilder> change) {
        return change.apply(
                Jwts.builder()
                        .subject("user-1")
                        .issuer("parley")
                        .audience()
                        .add("parley")
                        .and()
                        .expiration(Date.from(NOW.plusSeconds(60))));
    }

    private static String signed(UnaryOperator<JwtBuilder> change) {
        return signedWith(KEY, change);
    }

    private static String signedWith(SecretKey key, UnaryOperator<JwtBuilder> change) {
        return builder(change).signWith(key, Jwts.SIG.HS256).compact();
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A real issuer's key set over HTTP. */
    private static final class JwksServer implements AutoCloseable {

        private final HttpServer server;
        private final AtomicInteger asked = new AtomicInteger();

        JwksServer(PublicKey key) throws IOException {
            String json =
                    dev.parley.schemas.Json.writeText(
                            java.util.Map.of(
                                    "keys", List.of(Jwks.builder().key(key).id("k1").build())));
            byte[] body = json.getBytes(StandardCharsets.UTF_8);
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/jwks",
                    exchange -> {
                        asked.incrementAndGet();
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                        exchange.close();
                    });
            server.start();
        }

        URI uri() {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
