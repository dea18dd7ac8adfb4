package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.parley.schemas.record.RequestEvent;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What the orchestrator knows of a user is in the welcome, when it comes in time. */
class WelcomeTest {

    private static final String ME =
            """
            {"usage":{"limits":[{"name":"tokens_per_day","used":40,"max":100}],
              "running_answers":1},
             "approvals":[{"call_id":"c1","message_id":"m1","server":"files","tool":"delete",
              "arguments":{"path":"/tmp/x"},"expires_at":"2030-01-01T00:00:00Z"}]}
            """;

    private static final CountDownLatch NEVER = new CountDownLatch(1);
    private static HttpServer orchestrator;
    private static TestGateway gateway;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() throws Exception {
        orchestrator =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        orchestrator.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        orchestrator.createContext(
                "/api/me",
                exchange -> {
                    // The token's payload says who asks; the slow one never gets an answer.
                    String token = exchange.getRequestHeaders().getFirst("Authorization");
                    String payload =
                            new String(
                                    java.util.Base64.getUrlDecoder().decode(token.split("\\.")[1]),
                                    StandardCharsets.UTF_8);
                    if (payload.contains("slow")) {
                        try {
                            NEVER.await(20, TimeUnit.SECONDS);
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                        }
                    }
                    byte[] me = ME.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(200, me.length);
                    exchange.getResponseBody().write(me);
                    exchange.close();
                });
        orchestrator.start();
        gateway =
                TestGateway.start(
                        "parley.orchestrator-url=http://127.0.0.1:"
                                + orchestrator.getAddress().getPort());
        pipeline = new FakePipeline(TestGateway.clients("welcome"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        NEVER.countDown();
        pipeline.close();
        gateway.close();
        orchestrator.stop(0);
    }

    @Test
    void usageIsToldAndWaitingApprovalsAreAskedAgain() throws Exception {
        // The first ask of a process loads classes; the welcome does not wait for them.
        ChatClient.connect(gateway.port, TestGateway.token("una"), "").close();
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("una"), "")) {
            JsonNode welcome = client.next("welcome");
            assertThat(welcome.at("/usage/limits/0/name").asString()).isEqualTo("tokens_per_day");
            assertThat(welcome.at("/usage/limits/0/used").intValue()).isEqualTo(40);
            assertThat(welcome.at("/usage/running_answers").intValue()).isEqualTo(1);
            JsonNode approval = client.next("approval");
            assertThat(approval.path("call_id").asString()).isEqualTo("c1");
            assertThat(approval.path("message_id").asString()).isEqualTo("m1");
            assertThat(approval.at("/arguments/path").asString()).isEqualTo("/tmp/x");

            client.send("{\"type\":\"approve\",\"call_id\":\"c1\",\"approved\":true}");

            RequestEvent.ApprovalGiven given =
                    pipeline.next(RequestEvent.ApprovalGiven.class, "una");
            assertThat(given.callId()).isEqualTo("c1");
            assertThat(given.approved()).isTrue();
            assertThat(given.replyTo()).isNotNull();
        }
    }

    @Test
    void regenerateAndEditGoThrough() throws Exception {
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("reg"), "")) {
            String conversation = client.next("welcome").path("conversation_id").asString();
            client.send("{\"type\":\"regenerate\",\"message_id\":\"m-1\"}");
            String fresh =
                    client.until(f -> f.path("type").asString().equals("accepted"))
                            .getLast()
                            .path("message_id")
                            .asString();
            RequestEvent.RegenerateRequested again =
                    pipeline.next(RequestEvent.RegenerateRequested.class, "reg");
            assertThat(again.messageId()).isEqualTo(fresh);
            assertThat(again.homeConversationId()).isEqualTo(conversation);
            client.send("{\"type\":\"edit\",\"message_id\":\"m-1\",\"text\":\"better\"}");
            client.until(f -> f.path("type").asString().equals("accepted"));
            RequestEvent.EditRequested edit =
                    pipeline.next(RequestEvent.EditRequested.class, "reg");
            assertThat(edit.text()).isEqualTo("better");
        }
    }

    @Test
    void aSilentOrchestratorHoldsNobodyUp() throws Exception {
        try (ChatClient warm = ChatClient.connect(gateway.port, TestGateway.token("una"), "")) {
            warm.next("welcome");
        }
        long began = System.nanoTime();
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("slow"), "")) {
            JsonNode welcome = client.next("welcome");
            assertThat(welcome.has("usage")).isFalse();
            // A second of waiting, and what a busy machine adds to a handshake.
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(2));
        }
    }
}
