package dev.parley.standalone;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.Banner;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * One of the services, in its own Spring context.
 *
 * @param name of its module and its configuration file
 * @param application what its {@code main} runs
 */
record Service(String name, Supplier<SpringApplicationBuilder> application) {

    /** Spring maps {@code A_B} to {@code a.b} only in a source with a name that ends so. */
    private static final String ENVIRONMENT_SOURCE = "standalone-systemEnvironment";

    /**
     * Starts the service and returns when it is ready.
     *
     * @param environment variables that go before those of the process
     * @param properties of this service alone, which go before its configuration file
     * @param more what else its context gets before it starts
     */
    ConfigurableApplicationContext start(
            Map<String, String> environment,
            Map<String, Object> properties,
            ApplicationContextInitializer<GenericApplicationContext> more) {
        Map<String, Object> variables = new HashMap<>(environment);
        return application
                .get()
                .registerShutdownHook(false)
                .bannerMode(Banner.Mode.OFF)
                .initializers(context -> {
                    MutablePropertySources sources = context.getEnvironment().getPropertySources();
                    sources.addFirst(
                            new SystemEnvironmentPropertySource(ENVIRONMENT_SOURCE, variables));
                    sources.addFirst(new MapPropertySource("standalone", properties));
                    more.initialize((GenericApplicationContext) context);
                })
                .run();
    }
}
