package dev.parley.gateway;

import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The gateway's process, or its part of the one that runs everything. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class GatewayApplication {

    private static final String NAME = "edge-gateway";

    public static void main(String[] args) {
        application().run(args);
    }

    /** The context, ready to run; further properties may be added. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(GatewayApplication.class)
                .properties("spring.config.name=" + NAME);
    }
}
