package dev.parley.worker.tool;

import dev.parley.schemas.record.PolicyRecord.McpServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;

/** The faulty server under the names {@code http} and {@code stdio}, and more of each. */
public final class FaultyServers implements AutoCloseable {

    private final FaultyHttpServer http = new FaultyHttpServer();
    private final List<FaultyHttpServer> more = new ArrayList<>();
    private final Map<String, FaultyHttpServer> guarded = new ConcurrentHashMap<>();

    public List<McpServer> entries() {
        return List.of(overHttp("http", http), overStdio("stdio"));
    }

    /** One that no other test uses, over what its name ends in. */
    public McpServer changing(String name) {
        if (name.endsWith("stdio")) {
            return overStdio(name);
        }
        FaultyHttpServer own = new FaultyHttpServer();
        more.add(own);
        return overHttp(name, own);
    }

    public McpServer redirecting(String name, String to) {
        FaultyHttpServer own = new FaultyHttpServer();
        own.redirectTo(to);
        more.add(own);
        return overHttp(name, own);
    }

    /** One with a credential of its own; {@code redirect}: where it sends everybody, or null. */
    public McpServer guarded(String name, String credential, String redirect) {
        FaultyHttpServer own = new FaultyHttpServer();
        own.redirectTo(redirect);
        more.add(own);
        guarded.put(name, own);
        return new McpServer(name, "http", List.of(), own.url(), credential, true);
    }

    public List<Map<String, List<String>>> headersOf(String guardedServer) {
        return Objects.requireNonNull(guarded.get(guardedServer)).headers;
    }

    /** Parameters of the calls of tools, as they came. */
    public List<JsonNode> callsOf(String guardedServer) {
        return Objects.requireNonNull(guarded.get(guardedServer)).mcp.calls();
    }

    public String httpUrl() {
        return http.url();
    }

    public int callsOverHttp() {
        return http.mcp.calls().size();
    }

    public List<String> cancelledOverHttp() {
        return http.mcp.cancelled;
    }

    public List<Map<String, List<String>>> headersOverHttp() {
        return http.headers;
    }

    private static McpServer overHttp(String name, FaultyHttpServer server) {
        return new McpServer(name, "http", List.of(), server.url(), null, true);
    }

    private static McpServer overStdio(String name) {
        return new McpServer(
                name,
                "stdio",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FaultyMcp.class.getName()),
                null,
                null,
                false);
    }

    @Override
    public void close() {
        http.close();
        more.forEach(FaultyHttpServer::close);
    }
}
