package dev.parley.gateway.web;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.handler.SimpleUrlHandlerMapping;

/** Where what is served. */
@Configuration(proxyBeanMethods = false)
class WebSetup {

    @Bean
    SimpleUrlHandlerMapping sockets(WebSocketEntrance chat, PassThrough audit) {
        return new SimpleUrlHandlerMapping(
                Map.of("/ws/chat", chat, "/ws/flows", audit, "/ws/replay/**", audit), 0);
    }
}
