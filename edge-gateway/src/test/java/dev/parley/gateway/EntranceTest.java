package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.PolicyRecord;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Bad frames on the wire, streams, tickets, forwarded calls; two gateways. */
class EntranceTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static TestGateway one;
    private static TestGateway two;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        one = TestGateway.start("parley.orchestrator-url=http://127.0.0.1:1");
        two = TestGateway.start("parley.orchestrator-url=http://127.0.0.1:1");
        pipeline = new FakePipeline(TestGateway.clients("entrance"));
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

    private static String bearer(String user) {
        return "Authorization: Bearer " + TestGateway.token(user);
    }

    @Test
    void whatIsNoFrameClosesWithItsCode() throws Exception {
        byte[] badUtf8 = {(byte) 0xc3, 0x28};
        byte[] ping = "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8);
        assertThat(closeAfter(0x82, ping)).as("binary").isEqualTo(1003);
        assertThat(closeAfter(0x81, badUtf8)).as("not UTF-8").isEqualTo(1007);
        assertThat(closeAfter(0x81, new byte[70_000])).as("too big").isEqualTo(1009);
        assertThat(closeAfter(0xc1, ping)).as("reserved bit").isEqualTo(1002);
        assertThat(closeAfter(0x83, ping)).as("reserved opcode").isEqualTo(1002);
        assertThat(closeAfter(0x80, ping)).as("continuation of nothing").isEqualTo(1002);
        assertThat(closeAfter(0x09, ping)).as("fragmented ping").isEqualTo(1002);
        assertThat(closeAfter(0x89, new byte[126])).as("long ping").isEqualTo(1002);
        try (RawSocket socket = open("fay")) {
            socket.raw(new byte[] {(byte) 0x81, 0x02, '{', '}'});
            assertThat(socket.closeCode()).as("unmasked").isEqualTo(1002);
        }
        try (RawSocket socket = open("fay")) {
            socket.frame(0x01, new byte[40_000]);
            socket.frame(0x80, new byte[40_000]);
            assertThat(socket.closeCode()).as("too big in fragments").isEqualTo(1009);
        }
    }

    private static RawSocket open(String user) throws Exception {
        RawSocket socket = new RawSocket(one.port);
        assertThat(socket.status("GET", "/ws/chat", bearer(user))).isEqualTo(101);
        return socket;
    }

    private static int closeAfter(int firstByte, byte[] payload) throws Exception {
        try (RawSocket socket = open("fay")) {
            socket.frame(firstByte, payload);
            return socket.closeCode();
        }
    }

    @Test
    void aTicketOpensOnceOnWhicheverGateway() throws Exception {
        HttpResponse<String> issued =
                post(one.port, "/api/tickets", TestGateway.token("tia"), "", null);
        assertThat(issued.statusCode()).isEqualTo(201);
        String ticket = Json.mapper().readTree(issued.body()).path("ticket").asString();
        String protocol = "Sec-WebSocket-Protocol: parley.v1, ticket." + ticket;
        try (RawSocket first = new RawSocket(two.port);
                RawSocket second = new RawSocket(one.port);
                RawSocket third = new RawSocket(two.port)) {
            String answer = first.handshake("GET", "/ws/chat", protocol);
            assertThat(answer).startsWith("HTTP/1.1 101").contains("parley.v1");
            assertThat(answer).doesNotContain(ticket);
            assertThat(second.status("GET", "/ws/chat", protocol)).isEqualTo(401);
            assertThat(third.status("GET", "/ws/chat?ticket=" + ticket)).isEqualTo(401);
        }
    }

    @Test
    void aSessionGoesOnAtTheOtherGatewayAndByTheOtherTransport() throws Exception {
        String token = TestGateway.token("max");
        String session;
        JsonNode first;
        try (ChatClient client = ChatClient.connect(one.port, token, "")) {
            session = client.next("welcome").path("session_id").asString();
            client.message("count 30", "x1");
            client.next("accepted");
            first = client.next("token");
            client.untilType("done");
            try (ChatClient other =
                    ChatClient.connect(
                            two.port,
                            token,
                            "?session=" + session + "&cursor=" + first.path("cursor").asString())) {
                assertThat(other.next("welcome").path("resumed").booleanValue()).isTrue();
                assertThat(other.untilType("done")).hasSize(30);
                assertThat(client.closeCode()).isEqualTo(4409);
            }
        }
        HttpResponse<java.util.stream.Stream<String>> stream =
                HTTP.send(
                        HttpRequest.newBuilder(
                                        URI.create(
                                                "http://127.0.0.1:"
                                                        + one.port
                                                        + "/api/chat/stream?session="
                                                        + session))
                                .header("Authorization", "Bearer " + token)
                                .header("Last-Event-ID", first.path("cursor").asString())
                                .build(),
                        HttpResponse.BodyHandlers.ofLines());
        List<JsonNode> events = new ArrayList<>();
        try (var lines = stream.body()) {
            var data = lines.filter(l -> l.startsWith("data: ")).iterator();
            do {
                events.add(Json.mapper().readTree(data.next().substring(6)));
            } while (!events.getLast().path("type").asString().equals("done"));
        }
        assertThat(events.getFirst().path("resumed").booleanValue()).isTrue();
        assertThat(events).hasSize(31);
    }

    @Test
    void aPostedMessageStreamsItsAnswerAndEnds() throws Exception {
        HttpResponse<String> answer =
                post(
                        one.port,
                        "/api/chat",
                        TestGateway.token("sue"),
                        "{\"text\":\"count 3\",\"client_msg_id\":\"s1\"}",
                        "application/json");
        assertThat(answer.statusCode()).isEqualTo(200);
        List<String> types =
                answer.body()
                        .lines()
                        .filter(l -> l.startsWith("data: "))
                        .map(l -> Json.mapper().readTree(l.substring(6)).path("type").asString())
                        .toList();
        assertThat(types).containsExactly("welcome", "accepted", "token", "token", "token", "done");
        assertThat(answer.body()).contains("id: ");
    }

    @Test
    void whatCanBeRefusedIsRefusedBeforeTheStream() throws Exception {
        String token = TestGateway.token("sue");
        HttpResponse<String> empty =
                post(one.port, "/api/chat", token, "{\"text\":\" \"}", "application/json");
        assertThat(empty.statusCode()).isEqualTo(400);
        assertThat(empty.headers().firstValue("content-type").orElseThrow())
                .startsWith("application/problem+json");
        assertThat(empty.body()).contains("empty_message");
        assertThat(post(one.port, "/api/chat", null, "{}", "application/json").statusCode())
                .isEqualTo(401);
        assertThat(post(one.port, "/api/chat", token, "{}", "text/plain").statusCode())
                .isEqualTo(415);
        assertThat(
                        post(
                                        one.port,
                                        "/api/chat",
                                        token,
                                        "x".repeat(10_000_000),
                                        "application/json")
                                .statusCode())
                .isEqualTo(413);
    }

    @Test
    void theOpenAiInterfaceAnswersWholeAndStreamed() throws Exception {
        String token = TestGateway.token("oai");
        String messages = "\"messages\":[{\"role\":\"user\",\"content\":\"count 2\"}]";
        JsonNode whole =
                Json.mapper()
                        .readTree(
                                post(
                                                one.port,
                                                "/v1/chat/completions",
                                                token,
                                                "{" + messages + "}",
                                                "application/json")
                                        .body());
        assertThat(whole.path("choices").get(0).path("message").path("content").asString())
                .isEqualTo("w0 w1 ");
        assertThat(whole.path("usage").path("total_tokens").intValue()).isEqualTo(2);
        String streamed =
                post(
                                one.port,
                                "/v1/chat/completions",
                                token,
                                "{"
                                        + messages
                                        + ",\"stream\":true,\"stream_options\":"
                                        + "{\"include_usage\":true}}",
                                "application/json")
                        .body();
        assertThat(streamed)
                .contains("\"content\":\"w1 \"")
                .contains("\"finish_reason\":\"stop\"")
                .contains("\"usage\"")
                .endsWith("data: [DONE]\n\n");
        HttpResponse<String> refused =
                post(one.port, "/v1/chat/completions", null, "{}", "application/json");
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.body()).contains("\"error\"").contains("unauthenticated");
    }

    @Test
    void callsOfAnAbsentOwnerAnswerUnavailable() throws Exception {
        HttpRequest me =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + one.port + "/api/me"))
                        .header("Authorization", "Bearer " + TestGateway.token("sue"))
                        .build();
        HttpResponse<String> answer = HTTP.send(me, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).contains("unavailable");
    }

    @Test
    void theDemoIssuerSignsInItsAccountsAlone() throws Exception {
        HttpResponse<String> right =
                post(
                        one.port,
                        "/api/login",
                        null,
                        "{\"username\":\"user1\",\"password\":\"demo-password\"}",
                        "application/json");
        assertThat(right.statusCode()).isEqualTo(200);
        String token = Json.mapper().readTree(right.body()).path("token").asString();
        try (ChatClient client = ChatClient.connect(one.port, token, "")) {
            assertThat(client.next("welcome").path("user").path("id").asString())
                    .isEqualTo("user1");
        }
        HttpResponse<String> wrong =
                post(
                        one.port,
                        "/api/login",
                        null,
                        "{\"username\":\"user1\",\"password\":\"no\"}",
                        "application/json");
        assertThat(wrong.statusCode()).isEqualTo(401);
    }

    @Test
    void aBlockEndsOpenConnectionsAndRefusesNewOnes() throws Exception {
        String token = TestGateway.token("bad");
        try (ChatClient client = ChatClient.connect(one.port, token, "")) {
            client.next("welcome");
            pipeline.policy(new PolicyRecord.Block("bad", "test", "You are blocked.", null));
            assertThat(client.next("blocked").path("message").asString())
                    .isEqualTo("You are blocked.");
            assertThat(client.closeCode()).isEqualTo(4403);
        }
        try (RawSocket socket = new RawSocket(one.port)) {
            assertThat(socket.status("GET", "/ws/chat", "Authorization: Bearer " + token))
                    .isEqualTo(403);
        }
        pipeline.unblock("bad");
    }

    @Test
    void thePageHasAStrictPolicyAndTheContractsAreServed() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
                .contains("script-src 'self'")
                .doesNotContain("unsafe");
        assertThat(get("/openapi.json").statusCode()).isEqualTo(200);
        assertThat(get("/asyncapi.yaml").body()).contains("asyncapi");
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + one.port + path)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static HttpResponse<String> post(
            int port, String path, String token, String body, String type) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .POST(HttpRequest.BodyPublishers.ofString(body));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        if (type != null) {
            request.header("Content-Type", type);
        }
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
