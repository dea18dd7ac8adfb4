package dev.parley.standalone;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Answers each request with the property that the request's path names, without Spring's web part.
 */
@Configuration(proxyBeanMethods = false)
class FakeService {

    static Service named(String name) {
        return new Service(
                name,
                () ->
                        new SpringApplicationBuilder(FakeService.class)
                                .web(WebApplicationType.NONE)
                                .properties("spring.application.name=" + name));
    }

    /** One that never becomes ready. */
    static Service failing(String name) {
        return new Service(
                name,
                () ->
                        new SpringApplicationBuilder(FailingService.class)
                                .web(WebApplicationType.NONE));
    }

    @Bean(destroyMethod = "close")
    Closer server(ConfigurableEnvironment environment) throws IOException {
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(
                                environment.getRequiredProperty("server.address"),
                                environment.getRequiredProperty("server.port", Integer.class)),
                        0);
        server.createContext(
                "/",
                exchange -> {
                    String name = exchange.getRequestURI().getPath().substring(1);
                    byte[] value = environment.getProperty(name, "").getBytes();
                    exchange.sendResponseHeaders(200, value.length == 0 ? -1 : value.length);
                    exchange.getResponseBody().write(value);
                    exchange.close();
                });
        server.start();
        environment
                .getPropertySources()
                .addFirst(
                        new MapPropertySource(
                                "fake",
                                Map.of("local.server.port", server.getAddress().getPort())));
        return () -> server.stop(0);
    }

    interface Closer {
        void close();
    }
}
