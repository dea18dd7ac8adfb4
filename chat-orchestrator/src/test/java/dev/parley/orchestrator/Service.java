package dev.parley.orchestrator;

import dev.parley.autoconfigure.Instance;
import dev.parley.schemas.Json;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.io.IOException;
import java.lang.management.ManagementFactory;
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
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.awaitility.Awaitility;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/** The whole service in this JVM, one of several. */
final class Service implements AutoCloseable {

    static final Duration WITHIN = Duration.ofSeconds(90);

    static final String ABANDON_AFTER = "--parley.takeover.abandon-after=";

    private static final String SECRET = "s".repeat(32);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final ConfigurableApplicationContext context;
    final int port;

    private Service(ConfigurableApplicationContext context) {
        this.context = context;
        this.port = port("local.server.port");
    }

    /** {@code port} 0: any. */
    static Service start(TestBroker broker, Path stateDir, int port, String... more) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "--parley.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                                "--parley.kafka.partitions=4",
                                "--parley.jwt.secret=" + SECRET,
                                "--parley.master-key=" + "A".repeat(43) + "=",
                                "--parley.orchestrator.state-dir=" + stateDir,
                                "--server.port=" + port,
                                "--management.server.port=0"));
        arguments.addAll(List.of(more));
        if (arguments.stream().noneMatch(a -> a.startsWith(ABANDON_AFTER))) {
            // Most tests' own workers say nothing of themselves.
            arguments.add(ABANDON_AFTER + "10m");
        }
        return new Service(
                OrchestratorApplication.application().run(arguments.toArray(String[]::new)));
    }

    Service awaitReady() {
        Awaitility.await("readiness")
                .atMost(WITHIN)
                .ignoreExceptions()
                .until(() ->
                        get(port("local.management.port"), "/actuator/health/readiness", "x")
                                        .statusCode()
                                == 200);
        return this;
    }

    HttpResponse<String> get(String path, String user, String role, String... headers)
            throws IOException, InterruptedException {
        return get(port, path, token(user, role), headers);
    }

    JsonNode live(String user) throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/api/admin/users/" + user + "/live", "root", "admin");
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    /** How often its consumer of requests and results went through a rebalance. */
    double rebalances() throws JMException {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        String instance = context.getBean(Instance.class).id();
        double all = -1;
        for (ObjectName name :
                beans.queryNames(
                        new ObjectName(
                                "kafka.consumer:type=consumer-coordinator-metrics,client-id=*"),
                        null)) {
            String client = name.getKeyProperty("client-id").replace("\"", "");
            if (client.contains(instance) && client.contains("StreamThread")) {
                all = Math.max(all, 0) + (Double) beans.getAttribute(name, "rebalance-total");
            }
        }
        if (all < 0) {
            throw new AssertionError("no consumer of " + instance + " is known");
        }
        return all;
    }

    private int port(String property) {
        return Integer.parseInt(
                java.util.Objects.requireNonNull(context.getEnvironment().getProperty(property)));
    }

    private static HttpResponse<String> get(int port, String path, String token, String... headers)
            throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .timeout(Duration.ofSeconds(10))
                        .header("Authorization", "Bearer " + token);
        if (headers.length > 0) {
            request.headers(headers);
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
                .expiration(Date.from(Instant.now().plusSeconds(300)))
                .signWith(Keys.hmacShaKeyFor(SECRET.getBytes(StandardCharsets.UTF_8)))
                .compact();
    }

    @Override
    public void close() {
        context.close();
    }
}
