package dev.parley.audit;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Keeps the record and answers questions about it. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class AuditApplication {

    public static void main(String[] args) {
        application().run(args);
    }

    /** Reads {@code audit-service.yaml}, so that it can share a class path with other services. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(AuditApplication.class)
                .properties("spring.config.name=audit-service");
    }
}
