package dev.parley.worker;

import dev.parley.worker.context.ContextSettings;
import dev.parley.worker.context.ContextWindow;
import dev.parley.worker.context.TokenCounter;
import dev.parley.worker.guard.ClassifierGuard;
import dev.parley.worker.guard.Guard;
import dev.parley.worker.guard.GuardSettings;
import dev.parley.worker.guard.Guards;
import dev.parley.worker.guard.RuleGuard;
import dev.parley.worker.policy.PolicyView;
import dev.parley.worker.provider.BreakerSettings;
import dev.parley.worker.provider.ConfiguredProviders;
import dev.parley.worker.provider.FurtherProviders;
import dev.parley.worker.provider.ProviderSettings;
import dev.parley.worker.provider.Providers;
import dev.parley.worker.provider.RoutedStream;
import dev.parley.worker.provider.demo.DemoSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The models' side of the worker. */
@Configuration(proxyBeanMethods = false)
class ProviderConfiguration {

    @Bean
    ConfiguredProviders configuredProviders(
            ProviderSettings main,
            FurtherProviders further,
            DemoSettings demo,
            BreakerSettings breaker,
            Clock clock) {
        return ConfiguredProviders.of(main, further, demo, breaker, clock);
    }

    @Bean
    Providers providers(
            ConfiguredProviders configured,
            ProviderSettings settings,
            PolicyView policy,
            MeterRegistry meters) {
        return new Providers(
                configured.all(),
                new Providers.Rules(
                        configured.defaultModel(),
                        policy::model,
                        new RoutedStream.Policy(
                                settings.retriesMax(),
                                settings.retryBackoff(),
                                settings.retryBackoffMax())),
                () -> ThreadLocalRandom.current().nextLong(),
                meters);
    }

    @Bean
    ContextWindow contextWindow(ContextSettings settings) {
        return new ContextWindow(settings, new TokenCounter());
    }

    @Bean
    Guards guards(GuardSettings settings, Providers providers, Clock clock) {
        if (!settings.enabled()) {
            return Guards.OFF;
        }
        List<Guard> guards = new ArrayList<>();
        guards.add(new RuleGuard(settings.rules()));
        if (settings.classifier() != null) {
            guards.add(new ClassifierGuard(settings.classifier(), providers, clock));
        }
        return new Guards(guards, settings.onFailure(), settings.holdChars());
    }

    /** Informs, and takes no worker out: answers of other providers go on. */
    @Bean
    HealthIndicator providersHealthIndicator(Providers providers) {
        return () -> {
            Health.Builder health = Health.up();
            providers.states().forEach(state -> health.withDetail(state.name(), state.state()));
            return health.build();
        };
    }
}
