package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One gateway, real sockets, a real broker. */
class ChatOverWebSocketTest {

    private static TestGateway gateway;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        gateway = TestGateway.start();
        pipeline = new FakePipeline(TestGateway.clients("ws"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        gateway.close();
    }

    @Test
    void aMessageIsAcceptedAnsweredAndDone() {
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("ann"), "")) {
            JsonNode welcome = client.next("welcome");
            assertThat(welcome.path("resumed").booleanValue()).isFalse();
            assertThat(welcome.path("user").path("role").asString()).isEqualTo("user");
            assertThat(welcome.path("models").get(0).asString()).isEqualTo("demo");

            client.message("count 20", "m1");

            JsonNode accepted = client.next("accepted");
            assertThat(accepted.path("client_msg_id").asString()).isEqualTo("m1");
            assertThat(accepted.path("message_id").asString())
                    .isEqualTo(MessageIds.of("ann", "m1"));
            List<JsonNode> answer = client.untilType("done");
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < 20; i++) {
                assertThat(answer.get(i).path("seq").intValue()).isEqualTo(i);
                assertThat(answer.get(i).path("cursor").asString()).isNotEmpty();
                text.append(answer.get(i).path("text").asString());
            }
            assertThat(answer.getLast().path("result").path("answer").asString())
                    .isEqualTo(text.toString());
        }
    }

    @Test
    void frameByFrameAResumeGoesOnWithoutGapOrRepeat() {
        String token = TestGateway.token("bob");
        try (ChatClient whole = ChatClient.connect(gateway.port, token, "")) {
            JsonNode welcome = whole.next("welcome");
            String session = welcome.path("session_id").asString();
            whole.message("count 10", "r1");
            List<JsonNode> all = whole.untilType("done");
            String cursor = welcome.path("cursor").asString();
            for (int k = 0; k < all.size(); k++) {
                try (ChatClient back =
                        ChatClient.connect(
                                gateway.port, token, "?session=" + session + "&cursor=" + cursor)) {
                    assertThat(back.next("welcome").path("resumed").booleanValue()).isTrue();
                    List<JsonNode> rest = back.untilType("done");
                    assertThat(rest).as("after frame %s", k).isEqualTo(all.subList(k, all.size()));
                }
                cursor = all.get(k).path("cursor").asString();
            }
        }
    }

    /** Without the cursor, which for an "accepted" may stand a little later in the lane. */
    private static String content(JsonNode frame) {
        return ((ObjectNode) frame.deepCopy()).without("cursor").toString();
    }

    @Test
    void aSecondConnectionTakesTheSessionOver() throws Exception {
        String token = TestGateway.token("cid");
        try (ChatClient first = ChatClient.connect(gateway.port, token, "")) {
            JsonNode welcome = first.next("welcome");
            first.message("hold", "h1");
            first.next("accepted");
            pipeline.next(RequestEvent.MessageSubmitted.class, "cid");
            String id = MessageIds.of("cid", "h1");
            pipeline.token(id, 1, 0, "one ");
            JsonNode one = first.next("token");
            try (ChatClient second =
                    ChatClient.connect(
                            gateway.port,
                            token,
                            "?session="
                                    + welcome.path("session_id").asString()
                                    + "&cursor="
                                    + one.path("cursor").asString())) {
                second.next("welcome");
                assertThat(first.closeCode()).isEqualTo(4409);
                pipeline.token(id, 1, 1, "two ");
                pipeline.done(id, 1, "one two ");
                assertThat(second.next("token").path("text").asString()).isEqualTo("two ");
                second.next("done");
            }
        }
    }

    @Test
    void lateFramesOfALostAttemptAndStraysAreNotDelivered() throws Exception {
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("dee"), "")) {
            client.next("welcome");
            client.message("hold", "z1");
            client.next("accepted");
            ReplyTo to = pipeline.next(RequestEvent.MessageSubmitted.class, "dee").replyTo();
            String id = MessageIds.of("dee", "z1");
            pipeline.token(id, 1, 0, "a");
            pipeline.restart(id, 2);
            pipeline.token(id, 1, 1, "zombie");
            pipeline.stray(id, new ReplyTo(to.sessionId(), to.lane(), to.epoch() + 1), "epoch");
            pipeline.stray(id, new ReplyTo("another", to.lane(), to.epoch()), "tenant");
            pipeline.token(id, 2, 0, "b");
            pipeline.done(id, 2, "b");
            pipeline.token(id, 2, 1, "late");
            pipeline.refuse(id, ErrorCode.INTERNAL);
            client.message("count 1", "z2");
            List<String> kinds =
                    client.untilType("done").stream()
                            .map(f -> f.path("type").asString() + f.path("text").asString(""))
                            .toList();
            assertThat(kinds).containsExactly("tokena", "restart", "tokenb", "done");
            assertThat(client.until(f -> f.path("type").asString().equals("done")))
                    .noneMatch(f -> f.path("message_id").asString().equals(id));
        }
    }

    @Test
    void anErrorOfNoMessageIsDeliveredEachTime() throws Exception {
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("hal"), "")) {
            client.next("welcome");
            for (int i = 0; i < 2; i++) {
                client.send("{\"type\":\"stop\",\"message_id\":\"nothing\"}");
                pipeline.refuse(
                        pipeline.next(RequestEvent.StopRequested.class, "hal").replyTo(),
                        ErrorCode.NOT_FOUND);
                assertThat(client.next("error").path("code").asString()).isEqualTo("not_found");
            }
        }
    }

    @Test
    void badFramesAreAnsweredAndTheTenthCloses() throws Exception {
        try (ChatClient client = ChatClient.connect(gateway.port, TestGateway.token("eve"), "")) {
            client.next("welcome");
            client.send("{\"type\":\"ping\"}");
            client.next("pong");
            client.send("[1]");
            assertThat(client.next("error").path("code").asString()).isEqualTo("bad_frame");
            client.send("{\"type\":\"dance\"}");
            assertThat(client.next("error").path("code").asString()).isEqualTo("unknown_type");
            client.send("{\"type\":\"message\",\"text\":\"  \",\"client_msg_id\":\"x\"}");
            JsonNode empty = client.next("error");
            assertThat(empty.path("code").asString()).isEqualTo("empty_message");
            assertThat(empty.path("client_msg_id").asString()).isEqualTo("x");
            for (int i = 0; i < 7; i++) {
                client.send("nonsense");
                client.next("error");
            }
            assertThat(client.closeCode()).isEqualTo(1008);
        }
    }

    @Test
    void anExpiringTokenIsAnnouncedAndItsEndCloses() throws Exception {
        String brief = TestGateway.token("flo", "user", java.time.Duration.ofSeconds(3));
        try (ChatClient client = ChatClient.connect(gateway.port, brief, "")) {
            client.next("welcome");
            client.next("auth_expiring");
            assertThat(client.closeCode()).isEqualTo(4401);
        }
    }

    @Test
    void anUnknownSessionAnswersResumeExpiredAndAFreshWelcome() {
        try (ChatClient client =
                ChatClient.connect(
                        gateway.port, TestGateway.token("gus"), "?session=nope&cursor=abc")) {
            assertThat(client.next("error").path("code").asString()).isEqualTo("resume_expired");
            assertThat(client.next("welcome").path("resumed").booleanValue()).isFalse();
        }
    }
}
