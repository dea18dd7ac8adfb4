package dev.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher with services that only tell what they were given. */
class StandaloneTest {

    private static final List<Service> SERVICES =
            List.of(
                    FakeService.named(Standalone.GATEWAY),
                    FakeService.named("llm-worker"),
                    FakeService.named(Standalone.ORCHESTRATOR),
                    FakeService.named(Standalone.AUDIT));

    @TempDir Path folder;

    @Test
    void tellsEachServiceWhereTheOthersAre() throws Exception {
        try (Standalone standalone = start(RunSettings.in(folder), SERVICES)) {
            assertThat(property(standalone, "PARLEY_KAFKA_BOOTSTRAP_SERVERS"))
                    .isEqualTo(standalone.bootstrapServers());
            assertThat(property(standalone, "parley.db.url")).isEqualTo(standalone.jdbcUrl());
            assertThat(property(standalone, "parley.jwt.secret")).isEqualTo(standalone.jwtSecret());
            assertThat(property(standalone, "parley.demo.login")).isEqualTo("true");
            assertThat(property(standalone, "parley.query.token")).isEqualTo("true");
            URI audit = URI.create(property(standalone, "parley.audit.url"));
            assertThat(get(audit.resolve("/spring.application.name"))).isEqualTo("audit-service");
        }
    }

    @Test
    void keepsSecretsAndPasswordAcrossARestart() {
        String password;
        String secret;
        try (Standalone standalone = start(RunSettings.in(folder), SERVICES)) {
            password = standalone.demoPassword();
            secret = standalone.jwtSecret();
        }
        try (Standalone standalone = start(RunSettings.in(folder), SERVICES)) {
            assertThat(standalone.demoPassword()).isEqualTo(password);
            assertThat(standalone.jwtSecret()).isEqualTo(secret);
        }
    }

    @Test
    void whatTheEnvironmentSaysWins() throws Exception {
        RunSettings settings =
                RunSettings.in(folder)
                        .with("PARLEY_DEMO_PASSWORD", "chosen")
                        .with("PARLEY_QUERY_TOKEN", "false")
                        .with("PARLEY_RESUME_WINDOW", "3m");
        try (Standalone standalone = start(settings, SERVICES)) {
            assertThat(standalone.demoPassword()).isEqualTo("chosen");
            assertThat(property(standalone, "parley.query.token")).isEqualTo("false");
            assertThat(property(standalone, "parley.resume.window")).isEqualTo("3m");
        }
    }

    @Test
    void anIssuerOfOnesOwnSwitchesTheDemoAccountsOff() throws Exception {
        RunSettings settings =
                RunSettings.in(folder).with("PARLEY_JWKS_URI", "http://localhost:1/keys");
        try (Standalone standalone = start(settings, SERVICES)) {
            assertThat(property(standalone, "parley.demo.login")).isEqualTo("false");
            assertThat(property(standalone, "parley.jwt.secret")).isEmpty();
        }
    }

    @Test
    void aTakenPortIsOneSentence() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            RunSettings settings = RunSettings.in(folder).onPort(taken.getLocalPort());

            assertThatThrownBy(() -> start(settings, SERVICES))
                    .isInstanceOfSatisfying(
                            StartFailure.class,
                            e -> assertThat(e.exitCode()).isEqualTo(ExitCode.PORT_TAKEN))
                    .hasMessage(
                            "Port "
                                    + taken.getLocalPort()
                                    + " is taken by another program; choose another one with"
                                    + " --port or PARLEY_PORT.");
        }
        DataFolder.open(folder, false).close();
    }

    @Test
    void aServiceThatDoesNotStartTakesTheRestDownAgain() {
        List<Service> services = new ArrayList<>(SERVICES);
        services.set(3, FakeService.failing(Standalone.AUDIT));

        assertThatThrownBy(() -> start(RunSettings.in(folder), services))
                .isInstanceOfSatisfying(
                        StartFailure.class,
                        e -> assertThat(e.exitCode()).isEqualTo(ExitCode.START_FAILED))
                .hasMessage("audit-service did not start: the dog ate the configuration");

        assertThat(EmbeddedPostgres.serverProcess(folder.resolve("postgres"))).isNull();
        DataFolder.open(folder, false).close();
    }

    private static Standalone start(RunSettings settings, List<Service> services) {
        DataFolder data = DataFolder.open(settings.data(), settings.fresh());
        return Standalone.start(settings, data, services, new RunningParts(), phase -> {});
    }

    private static String property(Standalone standalone, String name) throws Exception {
        return get(standalone.address().resolve("/" + name));
    }

    private static String get(URI uri) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(uri).build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
