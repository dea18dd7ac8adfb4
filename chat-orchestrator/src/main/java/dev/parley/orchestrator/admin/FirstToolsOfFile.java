package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ToolCatalog;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Conditional;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.stereotype.Component;

/**
 * Where the policy is a file: accepts the tools of a server's first connection by a record in the
 * topic. Whatever comes later waits until the server is taken out of the file and put back.
 */
@Component
@Conditional(NoDatabase.NoneConfigured.class)
class FirstToolsOfFile {

    private static final Logger LOG = LoggerFactory.getLogger(FirstToolsOfFile.class);

    private final ToolCatalogs catalogs;
    private final Rules rules;
    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;

    FirstToolsOfFile(
            ToolCatalogs catalogs,
            Rules rules,
            KafkaOperations<String, byte[]> kafka,
            Outbound outbound) {
        this.catalogs = catalogs;
        this.rules = rules;
        this.kafka = kafka;
        this.outbound = outbound;
        catalogs.onLook(this::accept);
    }

    private void accept() {
        Policy policy = rules.policy().get();
        for (ToolCatalog catalog : catalogs.all()) {
            String server = catalog.server();
            if (catalog.error() == null
                    && policy.subjects().get("mcp-server/" + server)
                            instanceof PolicyRecord.McpServer
                    && !policy.subjects().containsKey("accepted-tools/" + server)) {
                Map<String, String> hashes = new TreeMap<>();
                catalog.tools().forEach(tool -> hashes.put(tool.name(), tool.hash()));
                PolicyRecord accepted = new PolicyRecord.AcceptedTools(server, hashes);
                LOG.info("policy: the first tools of {} are accepted", server);
                kafka.send(outbound.event(Topic.POLICY, accepted.subject(), accepted, null))
                        .whenComplete((sent, failed) -> {
                            if (failed != null) {
                                // Looked for again, since the policy does not have it yet.
                                LOG.warn("the tools of {} wait: {}", server, failed.toString());
                            }
                        });
            }
        }
    }
}
