package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.Json;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RequestEvent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What one gateway is told holds at the other one. */
class RoamingTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestGateway one;
    private static TestGateway two;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        one = TestGateway.start("parley.orchestrator-url=http://127.0.0.1:1");
        two =
                TestGateway.start(
                        "parley.orchestrator-url=http://127.0.0.1:1",
                        "parley.connections.resume-timeout=1ms");
        pipeline = new FakePipeline(TestGateway.clients("roaming"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(one.port);
        Eventually.signedIn(two.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        one.close();
        two.close();
    }

    @Test
    void aFramePostedAtOneGatewayReachesTheStreamAtTheOther() throws Exception {
        String token = TestGateway.token("fran");
        try (ChatClient stream = ChatClient.connect(one.port, token, "")) {
            String session = stream.next("welcome").path("session_id").asString();
            HttpResponse<String> posted =
                    post(
                            two.port,
                            "/api/chat/" + session + "/frames",
                            token,
                            "{\"type\":\"message\",\"text\":\"count 2\",\"client_msg_id\":\"p1\"}");
            assertThat(posted.statusCode()).as(posted.body()).isEqualTo(202);
            assertThat(Json.mapper().readTree(posted.body()).path("message_id").asString())
                    .isEqualTo(MessageIds.of("fran", "p1"));
            assertThat(stream.next("accepted").path("client_msg_id").asString()).isEqualTo("p1");
            assertThat(stream.untilType("done")).hasSize(3);
            assertThat(
                            post(
                                            two.port,
                                            "/api/chat/" + session + "/frames",
                                            TestGateway.token("stranger"),
                                            "{\"type\":\"ping\"}")
                                    .statusCode())
                    .isEqualTo(404);
            assertThat(
                            post(
                                            two.port,
                                            "/api/chat/" + session + "/frames",
                                            token,
                                            "{\"type\":\"nonsense\"}")
                                    .statusCode())
                    .isEqualTo(400);
        }
    }

    @Test
    void aFrameForASessionWithoutStreamIsToBeSentAgain() throws Exception {
        String token = TestGateway.token("gus");
        String session;
        try (ChatClient stream = ChatClient.connect(one.port, token, "")) {
            session = stream.next("welcome").path("session_id").asString();
        }
        await("the gateway notices that the line is gone")
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> {
                    HttpResponse<String> posted =
                            post(
                                    two.port,
                                    "/api/chat/" + session + "/frames",
                                    token,
                                    "{\"type\":\"ping\"}");
                    assertThat(posted.statusCode()).isEqualTo(503);
                    assertThat(posted.body()).contains("unavailable");
                });
        assertThat(
                        post(
                                        two.port,
                                        "/api/chat/no-such-session/frames",
                                        token,
                                        "{\"type\":\"ping\"}")
                                .statusCode())
                .isEqualTo(404);
    }

    /** G8: at both gateways, in the middle of an answer, which is stopped. */
    @Test
    void aLogoutEndsEveryConnectionOfTheTokenAndStopsItsAnswers() throws Exception {
        String token = TestGateway.token("lou", "user", Duration.ofMinutes(21));
        String another = TestGateway.token("lou", "user", Duration.ofMinutes(22));
        try (ChatClient here = ChatClient.connect(one.port, token, "");
                ChatClient there = ChatClient.connect(two.port, token, "");
                ChatClient otherDevice = ChatClient.connect(two.port, another, "")) {
            here.next("welcome");
            there.next("welcome");
            otherDevice.next("welcome");
            there.message("hold", "l1");
            there.next("accepted");
            long began = System.nanoTime();

            assertThat(post(one.port, "/api/logout", token, "").statusCode()).isEqualTo(204);

            assertThat(here.closeCode()).isEqualTo(4401);
            assertThat(there.closeCode()).isEqualTo(4401);
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(5));
            assertThat(pipeline.next(RequestEvent.StopRequested.class, "lou").messageId())
                    .isEqualTo(MessageIds.of("lou", "l1"));
            assertThat(post(two.port, "/api/tickets", token, "").statusCode()).isEqualTo(401);
            otherDevice.send("{\"type\":\"ping\"}");
            otherDevice.next("pong");
        }
    }

    @Test
    void aChangedRoleCountsOnOpenConnections() throws Exception {
        String token = TestGateway.token("rob");
        try (ChatClient client = ChatClient.connect(one.port, token, "")) {
            assertThat(client.next("welcome").path("user").path("role").asString())
                    .isEqualTo("user");
            pipeline.policy(
                    new PolicyRecord.User(
                            "rob",
                            "auditor",
                            null,
                            PolicyRecord.Limits.NONE,
                            null,
                            Map.of(),
                            null));
            await("the role of the open connection changes")
                    .atMost(Duration.ofSeconds(5))
                    .untilAsserted(() -> {
                        client.message("count 1", "r" + System.nanoTime());
                        client.untilType("done");
                        assertThat(
                                        pipeline.next(RequestEvent.MessageSubmitted.class, "rob")
                                                .caller()
                                                .role())
                                .isEqualTo("auditor");
                    });
        }
    }

    /** Who cannot be told in time is told to try again, and loses nothing; never two welcomes. */
    @Test
    void aResumeThatTakesTooLongIsNoLoss() throws Exception {
        String token = TestGateway.token("tom");
        String session;
        JsonNode first;
        try (ChatClient client = ChatClient.connect(one.port, token, "")) {
            session = client.next("welcome").path("session_id").asString();
            client.message("count 5", "t1");
            client.next("accepted");
            first = client.next("token");
            client.untilType("done");
        }
        String query = "?session=" + session + "&cursor=" + first.path("cursor").asString();
        try (ChatClient late = ChatClient.connect(two.port, token, query)) {
            assertThat(late.closeCode()).isEqualTo(1013);
            assertThat(late.isQuiet()).isTrue();
        }
        try (ChatClient back = ChatClient.connect(one.port, token, query)) {
            assertThat(back.next("welcome").path("resumed").booleanValue()).isTrue();
            assertThat(back.untilType("done")).hasSize(5);
        }
    }

    /** A message that was refused and is sent again is told after a resume, too. */
    @Test
    void aMessageThatIsSentAgainAfterItsErrorGoesOnAfterAResume() throws Exception {
        String token = TestGateway.token("sam");
        String id = MessageIds.of("sam", "again");
        ChatClient client = ChatClient.connect(one.port, token, "");
        String session = client.next("welcome").path("session_id").asString();
        client.message("hold", "again");
        client.next("accepted");
        pipeline.next(RequestEvent.MessageSubmitted.class, "sam");
        pipeline.refuse(id, ErrorCode.CONCURRENCY_LIMIT);
        client.next("error");
        client.message("hold", "again");
        client.next("accepted");
        pipeline.next(RequestEvent.MessageSubmitted.class, "sam");
        pipeline.token(id, 1, 0, "a");
        String cursor = client.next("token").path("cursor").asString();
        client.close();
        try (ChatClient back =
                ChatClient.connect(one.port, token, "?session=" + session + "&cursor=" + cursor)) {
            assertThat(back.next("welcome").path("resumed").booleanValue()).isTrue();
            pipeline.token(id, 1, 1, "b");
            pipeline.done(id, 1, "ab");
            List<JsonNode> rest = back.untilType("done");
            assertThat(rest.getFirst().path("text").asString()).isEqualTo("b");
        }
    }

    private static HttpResponse<String> post(int port, String path, String token, String body)
            throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
