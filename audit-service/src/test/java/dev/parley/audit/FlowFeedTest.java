package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Checkpoints as they happen. */
class FlowFeedTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String AUDITOR = Tokens.of("the-auditor", "auditor");

    private final String user = newUser();
    private final String conversation = newId();

    /** Keeps what came; asks for more only when it is let. */
    private static final class Listening implements WebSocket.Listener {
        final BlockingQueue<String> frames = new LinkedBlockingQueue<>();
        final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                frames.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            closed.complete(code);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            closed.completeExceptionally(error);
        }

        JsonNode next() throws InterruptedException {
            String frame = frames.poll(20, TimeUnit.SECONDS);
            assertThat(frame).as("a frame within 20 s").isNotNull();
            return Json.tree(frame.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void aSocketGetsTheCheckpointsOfOneUserAndTheReadIsWrittenDown() throws Exception {
        Listening listening = new Listening();
        WebSocket socket = open("/ws/flows?user=" + user, AUDITOR, listening);
        assertThat(listening.next().path("type").stringValue()).isEqualTo("ready");

        LOG.step(newUser(), conversation, newId(), "auth_check");
        LOG.step(user, conversation, newId(), "usage_check");

        JsonNode step = listening.next();
        assertThat(step.path("type").stringValue()).isEqualTo("checkpoint");
        assertThat(step.path("name").stringValue()).isEqualTo("usage_check");
        assertThat(step.path("user").stringValue()).isEqualTo(user);
        assertThat(step.path("duration").decimalValue()).isEqualByComparingTo("1.5");
        assertThat(step.at("/detail/why").stringValue()).isEqualTo("test");
        socket.sendClose(1000, "").join();
        JsonNode reads = AUDIT.json(AUDITOR, "/api/audit/reads?call=flows/live");
        assertThat(reads.findValuesAsString("user")).contains(user);
    }

    @Test
    void aStreamGetsTheCheckpointsOfOneConversation() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<Stream<String>> answer =
                    http.send(
                            HttpRequest.newBuilder(
                                            AUDIT.address(
                                                    "/api/audit/flows/stream?conversation_id="
                                                            + conversation))
                                    .header("Authorization", "Bearer " + AUDITOR)
                                    .timeout(Surroundings.PATIENCE)
                                    .build(),
                            HttpResponse.BodyHandlers.ofLines());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type").orElseThrow())
                    .startsWith("text/event-stream");
            var lines = answer.body().filter(line -> line.startsWith("data:")).iterator();
            assertThat(lines.next()).contains("ready");

            LOG.step(user, newId(), newId(), "auth_check");
            LOG.step(user, conversation, newId(), "block_check");

            assertThat(lines.next()).contains("block_check").contains(conversation);
            answer.body().close();
        }
    }

    @ParameterizedTest
    @CsvSource({"user,403", "made-up,403", "team-auditor,403", "'',401"})
    void isForAuditorsOfAllTeams(String role, int status) {
        String token = role.isEmpty() ? "" : Tokens.of(user, role, "blue");

        assertThat(AUDIT.get(token, "/api/audit/flows/stream").statusCode()).isEqualTo(status);
        CompletionException refused =
                org.junit.jupiter.api.Assertions.assertThrows(
                        CompletionException.class, () -> open("/ws/flows", token, new Listening()));
        assertThat(((WebSocketHandshakeException) refused.getCause()).getResponse().statusCode())
                .isEqualTo(status);
    }

    private static WebSocket open(String path, String token, WebSocket.Listener listener) {
        URI http = AUDIT.address(path);
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder();
        if (!token.isEmpty()) {
            builder.header("Authorization", "Bearer " + token);
        }
        return builder.buildAsync(URI.create(http.toString().replace("http:", "ws:")), listener)
                .join();
    }
}
