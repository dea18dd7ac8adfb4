package dev.parley.e2e.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An OpenAI-compatible service that says a word when the test says so. */
public final class HeldModel implements AutoCloseable {

    private static final int PATIENCE_S = 60;

    private final HttpServer server;
    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();

    public HeldModel() {
        try {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/v1/chat/completions",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    calls.add(new Call(exchange));
                });
        server.start();
    }

    /** Including {@code /v1}. */
    public String baseUrl() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** The next request that somebody makes. */
    public Call next() throws InterruptedException {
        Call call = calls.poll(PATIENCE_S, TimeUnit.SECONDS);
        assertThat(call).as("a request within %d s", PATIENCE_S).isNotNull();
        return call;
    }

    /** Whether all requests were taken by {@link #next}. */
    public boolean isUnasked() {
        return calls.isEmpty();
    }

    /** One request, which is not answered yet. */
    public static final class Call {

        private final HttpExchange exchange;
        private boolean begun;

        private Call(HttpExchange exchange) {
            this.exchange = exchange;
        }

        public Call say(String text) throws IOException {
            return event(
                    Json.writeText(
                            Map.of(
                                    "choices",
                                    List.of(
                                            Map.of(
                                                    "index",
                                                    0,
                                                    "delta",
                                                    Map.of("content", text))))));
        }

        /** The answer is whole; the stream stays open. */
        public Call finish() throws IOException {
            return event("{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}")
                    .event(
                            "{\"choices\":[],\"usage\":{\"prompt_tokens\":11,\"completion_tokens\":5}}");
        }

        public void end() throws IOException {
            event("[DONE]");
            exchange.close();
        }

        private Call event(String data) throws IOException {
            if (!begun) {
                exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
                exchange.sendResponseHeaders(200, 0);
                begun = true;
            }
            exchange.getResponseBody()
                    .write(("data: " + data + "\n\n").getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            return this;
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
