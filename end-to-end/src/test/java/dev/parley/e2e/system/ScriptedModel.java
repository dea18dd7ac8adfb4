package dev.parley.e2e.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/**
 * An OpenAI-compatible service that asks for one tool, in parts as OpenAI sends them, and then says
 * what the tool said.
 */
public final class ScriptedModel implements AutoCloseable {

    private final HttpServer server;
    private volatile String tool = "";
    private volatile String arguments = "{}";
    private volatile List<String> offered = List.of();

    public ScriptedModel() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/models", this::models);
        server.createContext("/v1/chat/completions", this::complete);
        server.start();
    }

    /** Including {@code /v1}. */
    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    public void asksFor(String name, String json) {
        tool = name;
        arguments = json;
    }

    /** Names of the tools of the last request. */
    public List<String> offered() {
        return offered;
    }

    private void models(HttpExchange exchange) throws IOException {
        reply(
                exchange,
                "application/json",
                "{\"object\":\"list\",\"data\":[{\"id\":\"scripted\"}]}");
    }

    private void complete(HttpExchange exchange) throws IOException {
        JsonNode request = Json.tree(exchange.getRequestBody().readAllBytes());
        List<String> names = new ArrayList<>();
        request.path("tools").forEach(t -> names.add(t.at("/function/name").stringValue()));
        offered = names;
        JsonNode last = request.get("messages").get(request.get("messages").size() - 1);
        String stream =
                last.get("role").stringValue().equals("tool")
                        ? delta(
                                        Map.of(
                                                "content",
                                                "The tool said: "
                                                        + last.get("content").stringValue()))
                                + finish("stop")
                        : call() + finish("tool_calls");
        reply(exchange, "text/event-stream", stream + "data: [DONE]\n\n");
    }

    private String call() {
        int half = arguments.length() / 2;
        return delta(part(Map.of("name", tool, "arguments", "")))
                + delta(part(Map.of("arguments", arguments.substring(0, half))))
                + delta(part(Map.of("arguments", arguments.substring(half))));
    }

    private static Map<String, Object> part(Map<String, Object> function) {
        return Map.of(
                "tool_calls",
                List.of(
                        Map.of(
                                "index",
                                0,
                                "id",
                                "call_1",
                                "type",
                                "function",
                                "function",
                                function)));
    }

    private static String delta(Map<String, Object> delta) {
        return "data: "
                + Json.writeText(Map.of("choices", List.of(Map.of("index", 0, "delta", delta))))
                + "\n\n";
    }

    private static String finish(String reason) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"%s\"}]}\n\n"
                        .formatted(reason)
                + "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5}}\n\n";
    }

    private static void reply(HttpExchange exchange, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(200, bytes.length);
        try (exchange) {
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
