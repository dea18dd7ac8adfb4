package dev.parley.worker.tool;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** {@link FaultyMcp} over streamable HTTP. */
final class FaultyHttpServer implements AutoCloseable {

    final FaultyMcp mcp = new FaultyMcp();
    final List<Map<String, List<String>>> headers = new CopyOnWriteArrayList<>();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile OutputStream events;
    private volatile String redirect;

    FaultyHttpServer() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/mcp", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/mcp";
    }

    /** From now on every request is sent there. */
    void redirectTo(String url) {
        redirect = url;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            headers.add(Map.copyOf(exchange.getRequestHeaders()));
            if (redirect != null) {
                exchange.getResponseHeaders().set("Location", redirect);
                exchange.sendResponseHeaders(307, -1);
                return;
            }
            switch (exchange.getRequestMethod()) {
                case "GET" -> listen(exchange);
                case "POST" -> post(exchange);
                default -> exchange.sendResponseHeaders(200, -1);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen(HttpExchange exchange) throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        events = exchange.getResponseBody();
        events.flush();
        closed.await();
    }

    private void post(HttpExchange exchange) throws IOException, InterruptedException {
        JsonNode message = Json.tree(exchange.getRequestBody().readAllBytes());
        String tool = message.at("/params/name").asString("");
        switch (tool) {
            case "hang" -> {
                mcp.answer(message);
                closed.await(60, TimeUnit.SECONDS);
                return;
            }
            case "die" -> {
                // Cut without an answer.
                return;
            }
            case "change" -> {
                mcp.change();
                events.write(
                        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n"
                                .getBytes(StandardCharsets.UTF_8));
                events.flush();
            }
            case "endless" -> {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                while (closed.getCount() > 0) {
                    exchange.getResponseBody()
                            .write(": still here\n\n".getBytes(StandardCharsets.UTF_8));
                    exchange.getResponseBody().flush();
                    closed.await(20, TimeUnit.MILLISECONDS);
                }
                return;
            }
            default -> {}
        }
        String answer = mcp.answer(message);
        if (answer == null) {
            exchange.sendResponseHeaders(202, -1);
            return;
        }
        if (message.path("method").asString("").equals("initialize")) {
            exchange.getResponseHeaders().set("Mcp-Session-Id", "s-1");
        }
        // Both forms that a server may answer in.
        boolean stream = tool.equals("echo");
        byte[] body =
                (stream ? "event: message\ndata: " + answer + "\n\n" : answer)
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders()
                .set("Content-Type", stream ? "text/event-stream" : "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
