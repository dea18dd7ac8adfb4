package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.system.ServicesRun;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A stop closes the connection to the provider within half a second, whichever gateway it comes to:
 * measured from when the client says it until the provider sees that nobody listens.
 */
class StopTest {

    private static final int STOPS = Integer.getInteger("parley.stops", 20);
    private static final Duration LONGEST = Duration.ofMillis(500);

    private static Talker talker;
    private static ServicesRun run;

    @BeforeAll
    static void start() throws IOException {
        talker = new Talker();
        run =
                ServicesRun.of()
                        .gateways(2)
                        .audits(0)
                        .with("PARLEY_MODEL_BASE_URL", talker.baseUrl())
                        .with("PARLEY_MODEL", "talker")
                        .start("stop");
    }

    @AfterAll
    static void stop() {
        run.close();
        talker.close();
    }

    @Test
    void a_stop_from_any_gateway_silences_the_provider() throws Exception {
        String token = run.tokens().of("kim", "user");
        List<Duration> silences = new ArrayList<>();
        try (ChatSocket asking = ChatSocket.connect(run.gateway(0).address(), token);
                ChatSocket other = ChatSocket.connect(run.gateway(1).address(), token)) {
            other.welcome();
            for (int i = 0; i < STOPS; i++) {
                String message = asking.say("Talk, please: " + i);
                asking.frames()
                        .await(
                                "a token",
                                f -> Frames.type(f).equals("token") && Frames.isOf(f, message));
                talker.left.clear();
                ChatSocket stopping = i % 2 == 0 ? asking : other;
                long stoppedAt = System.nanoTime();
                stopping.send(Map.of("type", "stop", "message_id", message));
                Long leftAt = talker.left.poll(10, TimeUnit.SECONDS);
                assertThat(leftAt).as("the provider sees the end of %s", message).isNotNull();
                silences.add(Duration.ofNanos(leftAt - stoppedAt));
                JsonNode done = asking.frames().assertAnswered(message);
                assertThat(done.at("/result/finish_reason").stringValue()).isEqualTo("stopped");
                assertThat(done.at("/result/tokens_output").intValue()).isPositive();
            }
        }
        Collections.sort(silences);
        System.out.printf(
                "stop to silence: n %d, p50 %d ms, p99 %d ms%n",
                silences.size(),
                silences.get(silences.size() / 2).toMillis(),
                silences.get((int) (silences.size() * 0.99)).toMillis());
        // All but one of twenty: the machine may have something else to do.
        assertThat(silences.get(silences.size() - 1 - silences.size() / 20)).isLessThan(LONGEST);
    }

    /** A provider that never stops by itself: a word every five milliseconds. */
    private static final class Talker implements AutoCloseable {

        final BlockingQueue<Long> left = new LinkedBlockingQueue<>();
        private final HttpServer server;

        Talker() throws IOException {
            server =
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
            server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
            server.createContext("/v1/chat/completions", this::talk);
            server.start();
        }

        String baseUrl() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
        }

        private void talk(HttpExchange exchange) throws IOException {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().add("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            byte[] word =
                    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"la \"}}]}\n\n"
                            .getBytes(StandardCharsets.UTF_8);
            try (OutputStream out = exchange.getResponseBody()) {
                while (true) {
                    out.write(word);
                    out.flush();
                    LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
                }
            } catch (IOException e) {
                left.add(System.nanoTime());
            }
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
