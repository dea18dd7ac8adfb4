package dev.parley.orchestrator;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the chat orchestrator. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class OrchestratorApplication {

    /** For {@link #main} and for launchers that run several services. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(OrchestratorApplication.class)
                .properties("spring.config.name=chat-orchestrator");
    }

    public static void main(String[] args) {
        application().run(args);
    }
}
