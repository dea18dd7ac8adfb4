package dev.parley.worker;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Runs model calls. Its configuration is {@code llm-worker.yaml}. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class WorkerApplication {

    public static void main(String[] args) {
        application().run(args);
    }

    /** The service, for launchers that start several in one JVM. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(WorkerApplication.class)
                .properties("spring.config.name=llm-worker");
    }
}
