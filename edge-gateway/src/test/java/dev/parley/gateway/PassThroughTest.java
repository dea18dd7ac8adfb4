package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** WebSockets that the audit service answers, through the gateway. */
class PassThroughTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final int STALLED = 8;

    private static StubSocketService audit;
    private static TestGateway gateway;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() throws Exception {
        audit = new StubSocketService();
        gateway = TestGateway.start("parley.audit-url=" + audit.url());
        pipeline = new FakePipeline(TestGateway.clients("pass-through"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        gateway.close();
        audit.close();
    }

    @Test
    void whoeverProvesItInAnyOfTheFourWaysIsKnownByToken() throws Exception {
        String token = TestGateway.token("aud", "auditor", Duration.ofMinutes(5));
        audit.asked.clear();
        try (Client byHeader = Client.open("/ws/flows?user=u", "Authorization", "Bearer " + token);
                Client byProtocol =
                        Client.openWithProtocol("/ws/flows", "ticket." + ticket(token));
                Client byTicket =
                        Client.open(
                                "/ws/replay/7?a=1&ticket=" + ticket(token),
                                "X-Nothing",
                                "nothing");
                Client byQuery = Client.open("/ws/flows?token=" + token, "X-Nothing", "nothing")) {
            byHeader.say("hello");
            assertThat(byHeader.next()).isEqualTo("echo hello");
            byProtocol.say("ticket");
            assertThat(byProtocol.next()).isEqualTo("echo ticket");
            byTicket.say("x");
            assertThat(byTicket.next()).isEqualTo("echo x");
            byQuery.say("y");
            assertThat(byQuery.next()).isEqualTo("echo y");
        }
        String bearer = " HTTP/1.1 | Bearer " + token;
        assertThat(audit.asked)
                .containsExactlyInAnyOrder(
                        "GET /ws/flows?user=u" + bearer,
                        "GET /ws/flows" + bearer,
                        "GET /ws/replay/7?a=1" + bearer,
                        "GET /ws/flows" + bearer);
    }

    @Test
    void closeCodesPassBothWays() throws Exception {
        String token = TestGateway.token("clo");
        audit.closes.clear();
        Client toldByService = Client.open("/ws/flows", "Authorization", "Bearer " + token);
        toldByService.say("close 4321");
        assertThat(toldByService.closed.get(10, TimeUnit.SECONDS)).isEqualTo(4321);
        assertThat(audit.closes.poll(10, TimeUnit.SECONDS)).as("answered alike").isEqualTo(4321);
        Client says = Client.open("/ws/flows", "Authorization", "Bearer " + token);
        says.socket.sendClose(4001, "enough").join();
        assertThat(audit.closes.poll(10, TimeUnit.SECONDS)).isEqualTo(4001);
    }

    @Test
    void aRefusalIsTheCallersBeforeTheUpgrade() throws Exception {
        String bearer = "Authorization: Bearer " + TestGateway.token("ref");
        try (RawSocket refused = new RawSocket(gateway.port);
                RawSocket nobody = new RawSocket(gateway.port);
                RawSocket foreign = new RawSocket(gateway.port);
                RawSocket plain = new RawSocket(gateway.port)) {
            assertThat(refused.status("GET", "/ws/replay/forbidden", bearer)).isEqualTo(403);
            assertThat(nobody.status("GET", "/ws/flows")).isEqualTo(401);
            assertThat(foreign.status("GET", "/ws/flows", bearer, "Origin: https://evil.example"))
                    .isEqualTo(403);
            assertThat(plain.status("GET", "/ws/flows", bearer, "Upgrade: h2c")).isEqualTo(426);
        }
    }

    /** A client that does not read is not read for: the flood stays with the service. */
    @Test
    void aSlowClientSlowsTheService() throws Exception {
        Client slow = Client.open("/ws/flows", "Authorization", "Bearer " + TestGateway.token("s"));
        slow.reads = false;
        audit.flooded.set(0);
        slow.say("flood");
        await("the flood stands still")
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    long before = audit.flooded.get();
                    return before > 0 && !grows(before);
                });
        assertThat(audit.flooded.get()).isLessThan(24L << 20);
        slow.socket.abort();
    }

    @Test
    void stalledSocketsHoldBackNobody() throws Exception {
        List<Client> stalled = new ArrayList<>();
        String bearer = "Bearer " + TestGateway.token("stalled");
        audit.flooded.set(0);
        for (int i = 0; i < STALLED; i++) {
            Client slow = Client.open("/ws/flows", "Authorization", bearer);
            slow.reads = false;
            slow.say("flood");
            stalled.add(slow);
        }
        await("every flood stands still")
                .atMost(Duration.ofSeconds(30))
                .until(() -> {
                    long before = audit.flooded.get();
                    return before > 0 && !grows(before);
                });
        long worstMs = 0;
        String other = "Bearer " + TestGateway.token("awake");
        try (Client awake = Client.open("/ws/flows", "Authorization", other);
                ChatClient chat = ChatClient.connect(gateway.port, TestGateway.token("c"), "")) {
            for (int i = 0; i < 50; i++) {
                long began = System.nanoTime();
                awake.say("n" + i);
                assertThat(awake.next()).isEqualTo("echo n" + i);
                worstMs = Math.max(worstMs, (System.nanoTime() - began) / 1_000_000);
            }
            chat.next("welcome");
            chat.message("count 5", "beside-the-stalled");
            List<JsonNode> answer = chat.untilType("done");
            assertThat(answer.getLast().at("/result/answer").asString())
                    .isEqualTo("w0 w1 w2 w3 w4 ");
        }
        System.out.printf("beside %d stalled sockets: at most %d ms%n", STALLED, worstMs);
        assertThat(worstMs).isLessThan(1_000);
        audit.closes.clear();
        stalled.forEach(Client::close);
        await("the service is rid of them too")
                .atMost(Duration.ofSeconds(30))
                .until(() -> audit.closes.size() >= STALLED);
    }

    private static boolean grows(long before) {
        try {
            await().atMost(Duration.ofMillis(1_500))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> audit.flooded.get() > before);
            return true;
        } catch (org.awaitility.core.ConditionTimeoutException e) {
            return false;
        }
    }

    @Test
    void aBlockEndsWhatIsOpen() throws Exception {
        Client client =
                Client.open("/ws/flows", "Authorization", "Bearer " + TestGateway.token("blo"));
        pipeline.policy(new PolicyRecord.Block("blo", "test", "You are blocked.", null));
        assertThat(client.closed.get(5, TimeUnit.SECONDS)).isEqualTo(4403);
        pipeline.unblock("blo");
    }

    private static String ticket(String token) throws Exception {
        HttpResponse<String> issued =
                HTTP.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + gateway.port
                                                        + "/api/tickets"))
                                .header("Authorization", "Bearer " + token)
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        return Json.mapper().readTree(issued.body()).path("ticket").asString();
    }

    private static final class Client implements WebSocket.Listener, AutoCloseable {

        final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        volatile boolean reads = true;
        WebSocket socket;

        static Client open(String path, String header, String value) {
            Client client = new Client();
            client.socket =
                    HTTP.newWebSocketBuilder()
                            .header(header, value)
                            .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port + path), client)
                            .join();
            return client;
        }

        static Client openWithProtocol(String path, String protocol) {
            Client client = new Client();
            client.socket =
                    HTTP.newWebSocketBuilder()
                            .subprotocols("parley.v1", protocol)
                            .buildAsync(URI.create("ws://127.0.0.1:" + gateway.port + path), client)
                            .join();
            assertThat(client.socket.getSubprotocol()).isEqualTo("parley.v1");
            return client;
        }

        void say(String text) {
            socket.sendText(text, true).join();
        }

        String next() throws InterruptedException {
            return texts.poll(10, TimeUnit.SECONDS);
        }

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
            texts.add(text.toString());
            if (reads) {
                from.request(1);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void close() {
            socket.abort();
        }
    }
}
