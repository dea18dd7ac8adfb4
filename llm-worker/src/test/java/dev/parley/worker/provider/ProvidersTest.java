package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.worker.provider.demo.DemoSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Which provider answers for which model, and how providers come from the configuration. */
class ProvidersTest {

    private static final DemoSettings DEMO = new DemoSettings(0, Duration.ZERO);

    private final Map<String, PolicyRecord.Model> policy = new HashMap<>();

    /** As the environment of a process would configure it. */
    private static ConfiguredProviders configured(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
        ConfigurationPropertySources.attach(environment);
        Binder binder = Binder.get(environment);
        ProviderSettings main = binder.bindOrCreate("parley.provider", ProviderSettings.class);
        FurtherProviders further = binder.bindOrCreate("parley", FurtherProviders.class);
        return ConfiguredProviders.of(
                main,
                further,
                DEMO,
                binder.bindOrCreate("parley.breaker", BreakerSettings.class),
                Clock.systemUTC());
    }

    private Providers providers(Map<String, Object> variables) {
        ConfiguredProviders configured = configured(variables);
        return new Providers(
                configured.all(),
                new Providers.Rules(
                        configured.defaultModel(),
                        policy::get,
                        new RoutedStream.Policy(0, Duration.ZERO, Duration.ZERO)),
                new Random(7),
                new SimpleMeterRegistry());
    }

    private static final Map<String, Object> SEVERAL =
            Map.of(
                    "PARLEY_PROVIDER_BASE_URL", "http://127.0.0.1:1/v1",
                    "PARLEY_PROVIDER_MODEL", "house",
                    "PARLEY_PROVIDERS_CLAUDE_TYPE", "anthropic",
                    "PARLEY_PROVIDERS_CLAUDE_API_KEY", "secret-key",
                    "PARLEY_PROVIDERS_CLAUDE_MODELS", "claude-*,opus",
                    "PARLEY_PROVIDERS_SPARE_TYPE", "openai",
                    "PARLEY_PROVIDERS_SPARE_BASE_URL", "http://127.0.0.1:2/v1");

    private static String names(Providers.Route route) {
        return String.join(" ", route.candidates().stream().map(c -> c.provider().name()).toList());
    }

    @Test
    void withoutRoutesTheMostExactNameGetsTheModel() throws Exception {
        Providers providers = providers(SEVERAL);

        assertThat(names(providers.route("claude-x"))).isEqualTo("claude");
        assertThat(names(providers.route("opus"))).isEqualTo("claude");
        assertThat(names(providers.route("anything"))).isEqualTo("main");
        assertThat(names(providers.route(null))).isEqualTo("main");
        assertThat(providers.route(null).model()).isEqualTo("house");
        assertThat(names(providers.route("demo:cut"))).isEqualTo("demo");
        assertThatThrownBy(() -> providers.route("demo:nonsense"))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_ALLOWED));
    }

    @Test
    void theDemonstrationAloneWithoutConfiguration() throws Exception {
        Providers providers = providers(Map.of());

        assertThat(names(providers.route(null))).isEqualTo("demo");
        assertThat(providers.states()).hasSize(1);
        assertThatThrownBy(() -> providers.route("gpt-x")).isInstanceOf(ProviderException.class);
    }

    @Test
    void routesOfThePolicyGoByPriorityAndWeight() throws Exception {
        policy.put(
                "m",
                new PolicyRecord.Model(
                        "m",
                        List.of(
                                new PolicyRecord.Route("claude", 1, 2),
                                new PolicyRecord.Route("absent", 1, 0),
                                new PolicyRecord.Route("main", 3, 1),
                                new PolicyRecord.Route("spare", 1, 1)),
                        null));
        Map<String, Object> variables = new HashMap<>(SEVERAL);
        variables.put("PARLEY_PROVIDERS_CLAUDE_MODELS", "*");
        Providers providers = providers(variables);
        Map<String, Integer> drawn = new TreeMap<>();
        for (int i = 0; i < 4_000; i++) {
            drawn.merge(names(providers.route("m")), 1, Integer::sum);
        }

        assertThat(drawn.keySet()).containsExactly("main spare claude", "spare main claude");
        assertThat(drawn.get("main spare claude")).isBetween(2_850, 3_150);
    }

    @Test
    void routesToNobodyServeNobody() {
        policy.put(
                "m",
                new PolicyRecord.Model(
                        "m", List.of(new PolicyRecord.Route("absent", null, null)), null));

        assertThatThrownBy(() -> providers(SEVERAL).route("m"))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MODEL_NOT_ALLOWED));
    }

    @Test
    void keysComeFromFilesTooAndAreNeverPrinted(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("key"), "file-key\n");
        ConfiguredProviders configured =
                configured(
                        Map.of(
                                "PARLEY_PROVIDERS_CLAUDE_TYPE", "anthropic",
                                "PARLEY_PROVIDERS_CLAUDE_API_KEY_FILE", file.toString(),
                                "PARLEY_PROVIDERS_OTHER_BASE_URL", "http://127.0.0.1:1/v1",
                                "PARLEY_PROVIDERS_OTHER_API_KEY", "env-key"));

        assertThat(configured.all()).hasSize(3);
        assertThat(configured.toString()).doesNotContain("file-key").doesNotContain("env-key");
        assertThat(
                        new FurtherProviders.One(
                                        FurtherProviders.Type.OPENAI,
                                        "b",
                                        "env-key",
                                        null,
                                        List.of(),
                                        Map.of(),
                                        false,
                                        null,
                                        null,
                                        null,
                                        null)
                                .toString())
                .doesNotContain("env-key");
        assertThat(ApiKeys.of("claude", "", file)).isEqualTo("file-key\n");
        assertThatThrownBy(() -> ApiKeys.of("claude", null, folder.resolve("absent")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("claude");
    }

    @Test
    void globsMatchAsTheyRead() {
        assertThat(ModelNames.matches("*", "x")).isTrue();
        assertThat(ModelNames.matches("gpt-*", "gpt-4o")).isTrue();
        assertThat(ModelNames.matches("gpt-*-mini", "gpt-4o-mini")).isTrue();
        assertThat(ModelNames.matches("a*b*c", "a-b-b-c")).isTrue();
        assertThat(ModelNames.matches("ab*ba", "aba")).isFalse();
        assertThat(ModelNames.matches("gpt", "gpt-4o")).isFalse();
    }
}
