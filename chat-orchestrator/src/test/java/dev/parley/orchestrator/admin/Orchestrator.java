package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.OrchestratorApplication;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.policy.PolicyTopic;
import dev.parley.schemas.Json;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * A running orchestrator, asked as the gateway asks it; most calls are those of an administrator.
 */
final class Orchestrator implements AutoCloseable {

    static final String SECRET = "s".repeat(32);
    static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ConfigurableApplicationContext context;

    private Orchestrator(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** An answer with its status. */
    record Answer(int status, String type, String text) {

        JsonNode json() {
            return Json.tree(text.getBytes(StandardCharsets.UTF_8));
        }

        String code() {
            return json().path("code").asString("");
        }

        long version() {
            return json().path("version").asLong(-1);
        }
    }

    static Orchestrator start(
            String bootstrapServers, String databaseUrl, Path stateDir, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--parley.kafka.bootstrap-servers=" + bootstrapServers,
                                "--parley.kafka.partitions=2",
                                "--parley.db.url=" + databaseUrl,
                                "--parley.db.user=postgres",
                                "--parley.db.password=postgres",
                                "--parley.jwt.secret=" + SECRET,
                                "--parley.master-key=" + "A".repeat(43) + "=",
                                "--parley.orchestrator.state-dir=" + stateDir,
                                "--parley.orchestrator.streams.in-memory=true",
                                "--server.port=0",
                                "--management.server.port=0"));
        arguments.addAll(List.of(more));
        return new Orchestrator(
                OrchestratorApplication.application().run(arguments.toArray(String[]::new)));
    }

    Answer get(String path) {
        return call("admin", "admin", "GET", path, null, null);
    }

    Answer put(String path, String body) {
        return call("admin", "admin", "PUT", path, "application/json", body);
    }

    Answer patch(String path, String body) {
        return call("admin", "admin", "PATCH", path, "application/merge-patch+json", body);
    }

    Answer post(String path, String body) {
        return call("admin", "admin", "POST", path, "application/json", body);
    }

    Answer delete(String path) {
        return call("admin", "admin", "DELETE", path, null, null);
    }

    Answer yaml(String method, String path, String body) {
        return call("admin", "admin", method, path, "application/yaml", body);
    }

    /** As anybody; a null user shows no token. */
    Answer call(String user, String role, String method, String path, String type, String body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address() + path))
                        .timeout(Duration.ofSeconds(30))
                        .method(
                                method,
                                body == null
                                        ? HttpRequest.BodyPublishers.noBody()
                                        : HttpRequest.BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        if (user != null) {
            request.header("Authorization", "Bearer " + token(user, role));
        }
        try {
            HttpResponse<String> answer =
                    HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(
                    answer.statusCode(),
                    answer.headers().firstValue("Content-Type").orElse(""),
                    answer.body());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    String address() {
        return "http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port");
    }

    int readiness() {
        URI address =
                URI.create(
                        "http://127.0.0.1:"
                                + context.getEnvironment().getProperty("local.management.port")
                                + "/actuator/health/readiness");
        try {
            return HTTP.send(
                            HttpRequest.newBuilder(address).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What this instance decides by. */
    Policy policy() {
        return context.getBean(PolicyTopic.class).current();
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    static String token(String user, String role) {
        return Jwts.builder()
                .subject(user)
                .issuer("parley")
                .audience()
                .add("parley")
                .and()
                .claims(Map.of("role", role))
                .expiration(Date.from(Instant.now().plus(Duration.ofHours(1))))
                .signWith(Keys.hmacShaKeyFor(SECRET.getBytes(StandardCharsets.UTF_8)))
                .compact();
    }

    @Override
    public void close() {
        context.close();
    }
}
