package dev.parley.worker.tool;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.worker.tool.mcp.Credentials;
import dev.parley.worker.tool.mcp.Links;
import java.time.Clock;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaTemplate;

/** Puts the tools together. */
@Configuration(proxyBeanMethods = false)
class ToolConfiguration {

    @Bean
    McpServers mcpServers(
            ToolSettings settings,
            KafkaClients clients,
            KafkaTemplate<String, byte[]> kafka,
            Outbound outbound,
            Clock clock,
            Instance instance) {
        Links links =
                new Links(
                        settings,
                        new Credentials(settings, System::getenv),
                        SystemDefaultDnsResolver.INSTANCE);
        return new McpServers(
                links, settings, new ToolCatalogs(kafka, outbound, clock, instance.id()), clients);
    }

    @Bean
    Toolbox toolbox(McpServers servers, ToolSettings settings) {
        return new McpToolbox(servers, settings);
    }
}
