package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/**
 * The first 1,000 requests of an hour of real traffic at ten times its pace: as many terminals, as
 * many stored turns, none twice (G1). Without the trace beside the project, arrivals are drawn at
 * the trace's mean rate.
 */
@ExtendWith(SharedRun.class)
class TraceTest {

    private static final int REQUESTS = 1_000;
    private static final int SPEED_UP = 10;
    private static final int SESSIONS = 40;
    private static final Path TRACE = Path.of("../../shared/data/azure-llm-trace-conv-2023.csv");
    private static final double MEAN_GAP_S = 3_600.0 / 19_366;

    private final OneCommandRun run;
    private final String prefix = "trace-" + UUID.randomUUID() + "-";

    TraceTest(OneCommandRun run) {
        this.run = run;
    }

    private record Sent(int session, String clientMsgId) {}

    @Test
    void every_request_ends_once_and_is_stored_once() throws Exception {
        List<Duration> arrivals = arrivals();
        List<ChatSocket> sessions = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            ChatSocket chat = ChatSocket.connect(run.gateway(), token(i));
            chat.welcome();
            sessions.add(chat);
        }
        ConcurrentLinkedQueue<Sent> sent = new ConcurrentLinkedQueue<>();
        try (ScheduledExecutorService clock = Executors.newScheduledThreadPool(4)) {
            for (int i = 0; i < REQUESTS; i++) {
                Sent request = new Sent(i % SESSIONS, "r-" + i);
                clock.schedule(
                        () -> {
                            synchronized (sessions.get(request.session())) {
                                sessions.get(request.session())
                                        .send(
                                                Map.of(
                                                        "type",
                                                        "message",
                                                        "text",
                                                        "Request " + request.clientMsgId(),
                                                        "client_msg_id",
                                                        request.clientMsgId()));
                            }
                            sent.add(request);
                        },
                        arrivals.get(i).dividedBy(SPEED_UP).toNanos(),
                        TimeUnit.NANOSECONDS);
            }
        }
        assertThat(sent).hasSize(REQUESTS);
        Set<String> messages = new HashSet<>();
        for (Sent request : sent) {
            Frames frames = sessions.get(request.session()).frames();
            String message =
                    frames.await(
                                    "accepted of " + request.clientMsgId(),
                                    f ->
                                            f.path("client_msg_id")
                                                    .asString("")
                                                    .equals(request.clientMsgId()))
                            .get("message_id")
                            .stringValue();
            frames.assertAnswered(message);
            assertThat(messages.add(message)).as("a message id of its own").isTrue();
        }
        assertStoredOnce(sessions, messages);
        sessions.forEach(ChatSocket::close);
    }

    private void assertStoredOnce(List<ChatSocket> sessions, Set<String> messages) {
        await("every answer is stored once")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> {
                    List<String> stored = new ArrayList<>();
                    for (int i = 0; i < SESSIONS; i++) {
                        stored.addAll(storedAnswers(i, sessions.get(i)));
                    }
                    assertThat(stored)
                            .hasSize(REQUESTS)
                            .doesNotHaveDuplicates()
                            .containsExactlyInAnyOrderElementsOf(messages);
                });
    }

    private List<String> storedAnswers(int session, ChatSocket chat) {
        String conversation = chat.welcome().get("conversation_id").stringValue();
        Rest.Answer export =
                new Rest(run.gateway(), token(session))
                        .get("/api/conversations/" + conversation + "/export?format=jsonl");
        return export.body()
                .lines()
                .filter(l -> l.contains("\"kind\":\"assistant\""))
                .map(l -> dev.parley.schemas.Json.mapper().readTree(l))
                .map((JsonNode l) -> l.at("/link/body/message_id").stringValue())
                .toList();
    }

    private String token(int session) {
        return run.tokens().of(prefix + session, "user");
    }

    private static List<Duration> arrivals() throws IOException {
        if (!Files.exists(TRACE)) {
            return drawn();
        }
        DateTimeFormatter format = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSS");
        List<LocalDateTime> times;
        try (var lines = Files.lines(TRACE)) {
            times =
                    lines.skip(1)
                            .limit(REQUESTS)
                            .map(l -> LocalDateTime.parse(l.substring(0, l.indexOf(',')), format))
                            .toList();
        }
        return times.stream().map(t -> Duration.between(times.getFirst(), t)).toList();
    }

    private static List<Duration> drawn() {
        long seed = System.nanoTime();
        System.out.println("TraceTest draws its arrivals, seed " + seed);
        Random random = new Random(seed);
        List<Duration> arrivals = new ArrayList<>();
        double at = 0;
        for (int i = 0; i < REQUESTS; i++) {
            arrivals.add(Duration.ofNanos((long) (at * 1e9)));
            at += -Math.log(1 - random.nextDouble()) * MEAN_GAP_S;
        }
        return arrivals;
    }
}
