package dev.parley.gateway;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.schemas.record.PolicyRecord;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Gateways on the shared broker, with the pipeline that answers them. */
final class TestGateway implements AutoCloseable {

    static final String SECRET = "0123456789abcdef0123456789abcdef-test";

    private final ConfigurableApplicationContext context;
    final int port;

    private TestGateway(ConfigurableApplicationContext context) {
        this.context = context;
        this.port = ((WebServerApplicationContext) context).getWebServer().getPort();
    }

    static TestGateway start(String... properties) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("parley.port", "0");
        settings.put("parley.management-port", "0");
        settings.put("parley.kafka.bootstrap-servers", TestBroker.shared().bootstrapServers());
        settings.put("parley.jwt.secret", SECRET);
        settings.put("parley.query-token", "true");
        settings.put("parley.lanes.initial", "32");
        settings.put("parley.demo.login", "true");
        settings.put("parley.demo.password", "demo-password");
        for (String property : properties) {
            int equals = property.indexOf('=');
            settings.put(property.substring(0, equals), property.substring(equals + 1));
        }
        return new TestGateway(
                GatewayApplication.application()
                        .run(
                                settings.entrySet().stream()
                                        .map(e -> "--" + e.getKey() + "=" + e.getValue())
                                        .toArray(String[]::new)));
    }

    static KafkaClients clients(String name) {
        return clients(name, TestBroker.shared());
    }

    static KafkaClients clients(String name, TestBroker broker) {
        KafkaSettings settings =
                new KafkaSettings(
                        broker.bootstrapServers(),
                        8,
                        (short) -1,
                        Duration.ofHours(6),
                        null,
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Map.of());
        return new KafkaClients(settings, new Instance("test", name));
    }

    /** The roles that every run has. */
    static void publishRoles(FakePipeline pipeline) {
        for (String role : List.of("user", "auditor", "admin")) {
            pipeline.policy(
                    new PolicyRecord.Role(
                            role, PolicyRecord.Limits.NONE, false, null, Map.of(), null));
        }
        pipeline.policy(new PolicyRecord.Model("demo", List.of(), null));
    }

    static String token(String user) {
        return token(user, "user", Duration.ofMinutes(30));
    }

    static String token(String user, String role, Duration life) {
        Instant now = Instant.now();
        return Jwts.builder()
                .issuer("parley")
                .audience()
                .add("parley")
                .and()
                .subject(user)
                .claim("role", role)
                .expiration(Date.from(now.plus(life)))
                .signWith(Keys.hmacShaKeyFor(SECRET.getBytes(StandardCharsets.UTF_8)))
                .compact();
    }

    ConfigurableApplicationContext context() {
        return context;
    }

    @Override
    public void close() {
        context.close();
    }
}
