package dev.parley.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.WorkerStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The only worker dies, nobody takes its place: what its answer held is free again soon. */
class AbandonedHoldTest {

    private static final Duration ABANDON_AFTER = Duration.ofSeconds(4);

    @TempDir Path folder;
    private TestBroker broker;
    private Traffic traffic;
    private Log log;
    private Service service;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        log = new Log(broker.bootstrapServers());
        Traffic.topics(log);
        service =
                Service.start(
                                broker,
                                folder.resolve("state"),
                                0,
                                Service.ABANDON_AFTER + ABANDON_AFTER.toSeconds() + "s")
                        .awaitReady();
        traffic = new Traffic(broker);
        traffic.answers(false);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {traffic, service, log, broker}) {
            if (each != null) {
                each.close();
            }
        }
    }

    @Test
    void isReleasedThoughNoWorkerIsLeft() throws Exception {
        String begun = traffic.ask("ada", 100);
        String unbegun = traffic.ask("ben", 100);
        Awaitility.await("both jobs")
                .atMost(Service.WITHIN)
                .until(() -> traffic.jobAt.keySet().containsAll(List.of(begun, unbegun)));
        log.put(
                Topic.RESULTS,
                "ada",
                Json.write(new ResultEvent.AttemptStarted(begun, "ada", 1, "w", Instant.now())));
        // It lives for longer than an abandoned answer would.
        long lived = System.nanoTime();
        Awaitility.await("a worker's life")
                .atMost(Service.WITHIN)
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    log.put(
                            Topic.WORKERS,
                            "w",
                            Json.write(
                                    new WorkerStatus("w", Instant.now(), 1, 1, false, List.of())));
                    return System.nanoTime() - lived > 2 * ABANDON_AFTER.toNanos();
                });
        assertThat(holds("ada")).isEqualTo(1);
        assertThat(holds("ben")).isEqualTo(1);
        assertThat(traffic.terminals).isEmpty();

        long died = System.nanoTime();
        Awaitility.await("the ends of both")
                .atMost(Service.WITHIN)
                .until(() -> traffic.terminals.keySet().containsAll(List.of(begun, unbegun)));
        Duration took = Duration.ofNanos(System.nanoTime() - died);
        System.out.println("holds of a lost last worker released after " + took);
        assertThat(took).isGreaterThan(ABANDON_AFTER);
        assertThat(took).as("a silence, the wait, and a little").isLessThan(Duration.ofSeconds(15));
        assertThat(traffic.terminals.get(begun).value()).contains("\"worker_lost\"");
        assertThat(traffic.terminals.get(unbegun).value()).contains("\"unavailable\"");
        Awaitility.await("no hold any more")
                .atMost(Service.WITHIN)
                .until(() -> holds("ada") == 0 && holds("ben") == 0);
    }

    private int holds(String user) throws Exception {
        return service.live(user).path("holds").size();
    }
}
