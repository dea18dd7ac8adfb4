package dev.parley.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The whole service in this JVM on a real broker, asked over HTTP. */
class MeTest {

    private static final String SECRET = "s".repeat(32);
    private static final Duration WITHIN = Duration.ofSeconds(60);

    @TempDir static Path folder;
    private static TestBroker broker;
    private static ConfigurableApplicationContext service;
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        service =
                OrchestratorApplication.application()
                        .run(
                                "--parley.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                                "--parley.kafka.partitions=2",
                                "--parley.jwt.secret=" + SECRET,
                                "--parley.master-key=" + "A".repeat(43) + "=",
                                "--parley.orchestrator.state-dir=" + folder.resolve("state"),
                                "--server.port=0",
                                "--management.server.port=0");
        Awaitility.await("readiness")
                .atMost(WITHIN)
                .until(() -> get("/actuator/health/readiness", null, true).statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        if (service != null) {
            service.close();
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void saysWhoIAmAndWhatIsLeft() throws Exception {
        JsonNode me = json(get("/api/me", token("ada", "user"), false));

        assertThat(me.at("/user/id").asString()).isEqualTo("ada");
        assertThat(me.at("/user/role").asString()).isEqualTo("user");
        assertThat(me.at("/models/0").asString()).isEqualTo("*");
        assertThat(me.at("/running_answers").asInt()).isZero();
        assertThat(me.at("/limits").findValuesAsString("name"))
                .containsExactlyInAnyOrder(
                        "requests_per_minute", "concurrent_answers", "tokens_per_day");
    }

    @Test
    void countsWhatRuns() {
        try (Log log = new Log(broker.bootstrapServers())) {
            log.put(
                    Topic.REQUESTS,
                    "bob",
                    Json.write(
                            new RequestEvent.MessageSubmitted(
                                    MessageIds.of("bob", "1"),
                                    "1",
                                    "home",
                                    "home",
                                    "hello",
                                    null,
                                    100,
                                    null,
                                    null,
                                    "ws",
                                    new Caller("bob", null, null, "user", null),
                                    new ReplyTo("s", 7, 1),
                                    Instant.now())));
        }
        Awaitility.await("a running answer")
                .atMost(WITHIN)
                .untilAsserted(() -> {
                    JsonNode me = json(get("/api/me", token("bob", "user"), false));
                    assertThat(me.at("/running_answers").asInt()).isEqualTo(1);
                    assertThat(me.toString())
                            .contains("\"name\":\"tokens_per_day\",\"used\":102,\"max\":1000000");
                    assertThat(me.at("/usage/running_answers").asInt()).isEqualTo(1);
                    assertThat(me.at("/usage/limits").toString()).contains("\"left\":999898");
                    assertThat(me.at("/approvals").isArray()).isTrue();
                });
    }

    @Test
    void showsAnAdministratorWhatAUserHolds() {
        try (Log log = new Log(broker.bootstrapServers())) {
            log.put(
                    Topic.REQUESTS,
                    "d&n",
                    Json.write(
                            new RequestEvent.MessageSubmitted(
                                    MessageIds.of("d&n", "1"),
                                    "1",
                                    "home",
                                    "home",
                                    "hello",
                                    null,
                                    100,
                                    null,
                                    null,
                                    "ws",
                                    new Caller("d&n", null, null, "user", null),
                                    new ReplyTo("s", 7, 1),
                                    Instant.now())));
        }
        Awaitility.await("the hold of a running answer")
                .atMost(WITHIN)
                .untilAsserted(() -> {
                    JsonNode live =
                            json(get("/api/admin/users/d%26n/live", token("root", "admin"), false));
                    assertThat(live.at("/user").asString()).isEqualTo("d&n");
                    assertThat(live.at("/holds/0/tokens").asInt()).isEqualTo(102);
                    assertThat(live.at("/running/0/message_id").asString())
                            .isEqualTo(MessageIds.of("d&n", "1"));
                    assertThat(live.at("/totals/admitted").asInt()).isEqualTo(1);
                    assertThat(live.at("/windows").findValuesAsString("name"))
                            .contains("tokens_per_day");
                });
    }

    @Test
    void showsStateToAdministratorsOnly() throws Exception {
        assertProblem(
                get("/api/admin/users/ada/live", token("ada", "user"), false), 403, "forbidden");
        assertProblem(get("/api/admin/users/ada/live", null, false), 401, "unauthenticated");
    }

    @Test
    void takesTheFirstKnownOfSeveralRoles() throws Exception {
        String token =
                Jwts.builder()
                        .subject("eve")
                        .issuer("parley")
                        .audience()
                        .add("parley")
                        .and()
                        .claims(Map.of("roles", java.util.List.of("unheard-of", "auditor")))
                        .expiration(Date.from(Instant.now().plusSeconds(60)))
                        .signWith(Keys.hmacShaKeyFor(SECRET.getBytes(StandardCharsets.UTF_8)))
                        .compact();

        assertThat(json(get("/api/me", token, false)).at("/user/role").asString())
                .isEqualTo("auditor");
    }

    @Test
    void refusesWithTheProtocolsCodes() throws Exception {
        assertProblem(get("/api/me", null, false), 401, "unauthenticated");
        assertProblem(get("/api/me", "junk", false), 401, "unauthenticated");
        assertProblem(get("/api/me", token("ada", "stranger"), false), 403, "forbidden");
    }

    private static void assertProblem(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type").orElse(""))
                .contains("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"" + code + "\"");
    }

    private static JsonNode json(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private static HttpResponse<String> get(String path, String token, boolean management)
            throws Exception {
        String port =
                service.getEnvironment()
                        .getProperty(management ? "local.management.port" : "local.server.port");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static String token(String user, String role) {
        return Jwts.builder()
                .subject(user)
                .issuer("parley")
                .audience()
                .add("parley")
                .and()
                .claim("role", role)
                .expiration(Date.from(Instant.now().plusSeconds(60)))
                .signWith(Keys.hmacShaKeyFor(SECRET.getBytes(StandardCharsets.UTF_8)))
                .compact();
    }
}
