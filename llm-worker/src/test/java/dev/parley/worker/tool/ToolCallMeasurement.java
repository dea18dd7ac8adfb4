package dev.parley.worker.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord.McpServer;
import dev.parley.schemas.record.ToolCatalog.ToolDescriptor;
import dev.parley.worker.tool.mcp.Credentials;
import dev.parley.worker.tool.mcp.Links;
import dev.parley.worker.tool.mcp.McpConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * What a call of a tool costs that does nothing, over each transport: from the call to its outcome.
 * Run by {@code -Dtest=ToolCallMeasurement}; not part of the tests.
 */
class ToolCallMeasurement {

    private static final int WARM_UP = 2_000;
    private static final int CALLS = 5_000;

    @Test
    void measure() throws Exception {
        try (FaultyServers servers = new FaultyServers()) {
            for (McpServer server : servers.entries()) {
                measure(server);
            }
        }
    }

    private static void measure(McpServer server) throws Exception {
        ToolSettings settings =
                new ToolSettings(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(5),
                        Duration.ofMinutes(5),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        20_000,
                        4 << 20,
                        500,
                        128,
                        true,
                        null,
                        50);
        CountDownLatch listed = new CountDownLatch(1);
        McpConnection.Watcher watcher =
                new McpConnection.Watcher() {
                    @Override
                    public void listed(String name, List<ToolDescriptor> tools) {
                        listed.countDown();
                    }

                    @Override
                    public void failed(String name, String reason) {
                        throw new AssertionError(reason);
                    }
                };
        Links links =
                new Links(
                        settings,
                        new Credentials(settings, name -> null),
                        SystemDefaultDnsResolver.INSTANCE);
        JsonNode arguments = Json.mapper().createObjectNode().put("message", "hi");
        try (McpConnection connection = new McpConnection(server, links, settings, watcher)) {
            connection.start();
            assertThat(listed.await(30, TimeUnit.SECONDS)).isTrue();
            long[] nanos = new long[CALLS];
            for (int i = -WARM_UP; i < CALLS; i++) {
                long from = System.nanoTime();
                ToolOutcome outcome =
                        connection.call("sum", arguments, Duration.ofSeconds(10)).get();
                long took = System.nanoTime() - from;
                assertThat(outcome.status()).isEqualTo("ok");
                if (i >= 0) {
                    nanos[i] = took;
                }
            }
            Arrays.sort(nanos);
            System.out.printf(
                    Locale.ROOT,
                    "tool call over %s: p50 %.2f ms, p99 %.2f ms (%d calls)%n",
                    server.transport(),
                    nanos[CALLS / 2] / 1e6,
                    nanos[CALLS * 99 / 100] / 1e6,
                    CALLS);
        }
    }
}
