package dev.parley.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Json;
import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Jwks;
import io.jsonwebtoken.security.Keys;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.crypto.SecretKey;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Who is let in, and from which pages: by raw handshakes, each answered before 101. */
class HandshakeTest {

    private static final SecretKey OURS = Keys.hmacShaKeyFor(TestGateway.SECRET.getBytes(UTF_8));

    private static TestGateway gateway;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        gateway = TestGateway.start("parley.allowed-origins=https://example.com");
        pipeline = new FakePipeline(TestGateway.clients("handshakes"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        gateway.close();
    }

    private static String bearer(String user) {
        return "Authorization: Bearer " + TestGateway.token(user);
    }

    @ParameterizedTest(name = "{0} {1}: {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "GET  | Origin: https://evil.example     | valid   | 403",
                "GET  | Origin: null                     | valid   | 403",
                "GET  | Origin: https://example.com      | valid   | 101",
                "GET  | Origin: https://example.com.evil.org | valid | 403",
                "GET  | Origin: https://evilexample.com  | valid   | 403",
                "GET  | Origin: https://example.com@evil.org | valid | 403",
                "GET  | Origin: https://example.com:444  | valid   | 403",
                "GET  | Origin: http://example.com       | valid   | 403",
                "GET  | Origin: http://127.0.0.1.evil.org | valid  | 403",
                "GET  | Sec-Fetch-Site: cross-site       | valid   | 403",
                "GET  | X-Nothing: x                     | none    | 401",
                "GET  | X-User-Id: admin                 | none    | 401",
                "GET  | X-Nothing: x                     | expired | 401",
                "GET  | X-Nothing: x                     | unsigned | 401",
                "GET  | X-Nothing: x                     | foreign audience | 401",
                "GET  | X-Nothing: x                     | foreign issuer | 401",
                "GET  | X-Nothing: x                     | foreign key | 401",
                "POST | X-Nothing: x                     | valid   | 405",
                "GET  | Sec-WebSocket-Version: 8         | valid   | 426",
                "GET  | Upgrade: h2c                     | valid   | 426",
                "GET  | X-Nothing: x                     | rolegone | 403",
                "GET  | X-Nothing: x                     | valid   | 101",
            })
    void handshake(String method, String header, String proof, int status) throws Exception {
        String token =
                switch (proof) {
                    case "valid" -> TestGateway.token("ann");
                    case "expired" -> TestGateway.token("ann", "user", Duration.ofMinutes(-5));
                    case "rolegone" -> TestGateway.token("ann", "wizard", Duration.ofMinutes(5));
                    case "unsigned" ->
                            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm4iLCJpc3MiOiJwYXJsZXkifQ.";
                    case "foreign audience" -> claims("parley", "another").signWith(OURS).compact();
                    case "foreign issuer" -> claims("another", "parley").signWith(OURS).compact();
                    case "foreign key" ->
                            claims("parley", "parley")
                                    .signWith(Jwts.SIG.HS256.key().build())
                                    .compact();
                    default -> null;
                };
        try (RawSocket socket = new RawSocket(gateway.port)) {
            int got =
                    token == null
                            ? socket.status(method, "/ws/chat", header)
                            : socket.status(
                                    method, "/ws/chat", header, "Authorization: Bearer " + token);
            assertThat(got).isEqualTo(status);
        }
    }

    /** Whoever could name the keys could be anybody. */
    @Test
    void keysThatATokenNamesAreNeitherTrustedNorFetched() throws Exception {
        KeyPair theirs = Jwts.SIG.RS256.keyPair().build();
        List<String> fetched = new CopyOnWriteArrayList<>();
        HttpServer keys = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        keys.createContext(
                "/",
                exchange -> {
                    fetched.add(exchange.getRequestURI().toString());
                    exchange.sendResponseHeaders(404, -1);
                    exchange.close();
                });
        keys.start();
        String address = "http://127.0.0.1:" + keys.getAddress().getPort() + "/keys";
        try {
            for (String header : List.of("jku", "x5u")) {
                JwtBuilder claims = claims("parley", "parley").header().add(header, address).and();
                assertThat(handshakeStatus(claims.signWith(theirs.getPrivate()).compact()))
                        .as("%s and the key that it leads to", header)
                        .isEqualTo(401);
                assertThat(handshakeStatus(claims.signWith(Jwts.SIG.HS256.key().build()).compact()))
                        .as("%s and a secret of one's own", header)
                        .isEqualTo(401);
            }
            JwtBuilder embedded =
                    claims("parley", "parley")
                            .header()
                            .add(
                                    "jwk",
                                    Jwks.builder().key((RSAPublicKey) theirs.getPublic()).build())
                            .and();
            assertThat(handshakeStatus(embedded.signWith(theirs.getPrivate()).compact()))
                    .as("the key itself")
                    .isEqualTo(401);
            assertThat(fetched).isEmpty();
        } finally {
            keys.stop(0);
        }
    }

    private static int handshakeStatus(String token) throws Exception {
        try (RawSocket socket = new RawSocket(gateway.port)) {
            return socket.status("GET", "/ws/chat", "Authorization: Bearer " + token);
        }
    }

    private static JwtBuilder claims(String issuer, String audience) {
        return Jwts.builder()
                .issuer(issuer)
                .audience()
                .add(audience)
                .and()
                .subject("ann")
                .claim("role", "user")
                .expiration(Date.from(Instant.now().plusSeconds(300)));
    }

    @Test
    void whoOneIsSaysTheTokenAlone() throws Exception {
        try (RawSocket socket = new RawSocket(gateway.port)) {
            assertThat(
                            socket.status(
                                    "GET",
                                    "/ws/chat",
                                    bearer("ann"),
                                    "X-User-Id: admin",
                                    "X-User-Role: admin",
                                    "X-Forwarded-User: admin"))
                    .isEqualTo(101);
            JsonNode user = Json.mapper().readTree(socket.next().text()).path("user");
            assertThat(user.path("id").asString()).isEqualTo("ann");
            assertThat(user.path("role").asString()).isEqualTo("user");
        }
    }

    /**
     * Whatever a token opens here: who reads the log cannot use it, and no worker can pass it on.
     */
    @Test
    void noRecordHoldsAToken() throws Exception {
        String token = TestGateway.token("keeper");
        String signature = token.substring(token.lastIndexOf('.') + 1);
        try (ChatClient chat = ChatClient.connect(gateway.port, token, "")) {
            chat.next("welcome");
            chat.send("{\"type\":\"auth\",\"token\":\"" + token + "\"}");
            chat.message("count 2", "kept");
            chat.untilType("done");
        }
        HttpRequest ticket =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + gateway.port + "/api/tickets"))
                        .header("Authorization", "Bearer " + token)
                        .POST(HttpRequest.BodyPublishers.noBody())
                        .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            assertThat(http.send(ticket, HttpResponse.BodyHandlers.discarding()).statusCode())
                    .isEqualTo(201);
        }
        List<String> records = records();
        assertThat(records)
                .anyMatch(r -> r.contains("count 2"))
                .anyMatch(r -> r.contains("ticket"));
        assertThat(records).noneMatch(record -> record.contains(signature));
    }

    /** Keys, headers and values of everything in the log. */
    private static List<String> records() throws Exception {
        List<String> records = new ArrayList<>();
        KafkaClients clients = TestGateway.clients("token-search");
        try (Admin admin = clients.admin("token-search");
                KafkaConsumer<String, byte[]> consumer =
                        new KafkaConsumer<>(clients.consumer("token-search"))) {
            List<TopicPartition> all = new ArrayList<>();
            for (String topic : admin.listTopics().names().get()) {
                consumer.partitionsFor(topic)
                        .forEach(p -> all.add(new TopicPartition(topic, p.partition())));
            }
            consumer.assign(all);
            consumer.seekToBeginning(all);
            Map<TopicPartition, Long> ends = consumer.endOffsets(all);
            while (ends.entrySet().stream()
                    .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<String, byte[]> record :
                        consumer.poll(Duration.ofMillis(100))) {
                    StringBuilder whole = new StringBuilder(String.valueOf(record.key()));
                    record.headers()
                            .forEach(h -> whole.append(' ').append(new String(h.value(), UTF_8)));
                    if (record.value() != null) {
                        whole.append(' ').append(new String(record.value(), UTF_8));
                    }
                    records.add(whole.toString());
                }
            }
        }
        return records;
    }

    @Test
    void headersPastTheirLimitAre431() throws Exception {
        try (RawSocket socket = new RawSocket(gateway.port)) {
            assertThat(
                            socket.status(
                                    "GET",
                                    "/ws/chat",
                                    bearer("ann"),
                                    "X-Big: " + "x".repeat(65_536)))
                    .isEqualTo(431);
        }
    }
}
