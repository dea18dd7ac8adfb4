package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.system.ServiceProcess;
import dev.parley.e2e.system.ServicesRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * G6: fifty clients of one user at two gateways ask for more than there is room for, while the
 * orchestrators are killed in turns. Exactly as many are admitted as there is room for.
 */
class BurstTest {

    private static final int CLIENTS = 50;
    private static final int EACH = 2;
    private static final int ROOM = 25;
    private static final int ROUNDS = 3;

    /** An orchestrator that was killed is replaced long before. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void admits_exactly_as_many_as_there_is_room_for_while_orchestrators_are_killed()
            throws Exception {
        try (ServicesRun run =
                        ServicesRun.of()
                                .gateways(2)
                                .orchestrators(2)
                                .with("PARLEY_STANDBY_REPLICAS", "1")
                                .with("PARLEY_DEMO_TOKENS_PER_SECOND", "0")
                                .with(
                                        "PARLEY_POLICY_FILE",
                                        Path.of("src/test/resources/policy-limits.yaml")
                                                .toAbsolutePath()
                                                .toString())
                                .start("burst");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 0; round < ROUNDS; round++) {
                ServiceProcess victim = run.orchestrator(round % 2);
                List<JsonNode> ends = burst(run, clients, "burst-" + round, victim);

                assertThat(ends).hasSize(CLIENTS * EACH);
                assertThat(ends.stream().filter(f -> Frames.type(f).equals("done"))).hasSize(ROOM);
                assertThat(ends.stream().filter(f -> !Frames.type(f).equals("done")))
                        .allSatisfy(f -> {
                            assertThat(f.path("code").asString("")).isEqualTo("rate_limited");
                            assertThat(f.at("/limit/name").asString(""))
                                    .isEqualTo("requests_per_day");
                            assertThat(f.at("/limit/used").asInt()).isEqualTo(ROOM);
                        });
                System.out.printf(
                        "burst round %d: admitted %d, allowed %d%n",
                        round,
                        ends.stream().filter(f -> Frames.type(f).equals("done")).count(),
                        ROOM);
                victim.startAgain();
            }
        }
    }

    private static List<JsonNode> burst(
            ServicesRun run, ExecutorService clients, String user, ServiceProcess victim)
            throws Exception {
        String token = run.tokens().of(user, "twenty-five-a-day");
        CountDownLatch halfSent = new CountDownLatch(CLIENTS * EACH / 2);
        List<Future<List<JsonNode>>> all = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            ServiceProcess gateway = run.gateway(c % 2);
            all.add(
                    clients.submit(() -> {
                        try (ChatSocket socket = ChatSocket.connect(gateway.address(), token)) {
                            List<String> ids = new ArrayList<>();
                            for (int i = 0; i < EACH; i++) {
                                ids.add(socket.say("Say one word.", Map.of("max_tokens", 5)));
                                halfSent.countDown();
                            }
                            return ids.stream()
                                    .map(id -> socket.frames().awaitTerminal(id, PATIENCE))
                                    .toList();
                        }
                    }));
        }
        assertThat(halfSent.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        victim.kill();
        List<JsonNode> ends = new ArrayList<>();
        for (Future<List<JsonNode>> one : all) {
            ends.addAll(one.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        return ends;
    }
}
