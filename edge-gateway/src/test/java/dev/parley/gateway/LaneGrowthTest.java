package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A small pool, and more sessions at once than it has lanes. */
class LaneGrowthTest {

    private static final int INITIAL = 8;
    private static final int SESSIONS = 100;
    private static TestGateway gateway;
    private static FakePipeline pipeline;

    private final List<ChatClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() {
        gateway =
                TestGateway.start(
                        "parley.lanes.initial=" + INITIAL,
                        "parley.lanes.block=" + INITIAL,
                        "parley.lanes.spare=4",
                        "parley.lanes.max=1000");
        pipeline = new FakePipeline(TestGateway.clients("lane-growth"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        gateway.close();
    }

    @AfterEach
    void closeClients() {
        clients.forEach(ChatClient::close);
    }

    @Test
    void thePoolGrowsByWhatWasMissingAndIsAheadOfTheNext() throws Exception {
        ask("first", SESSIONS);
        double shared = count("shared");
        assertThat(shared).as("sessions that came before the lanes").isPositive();

        await("as many lanes as sessions found none, and a quarter of all free")
                .atMost(Duration.ofSeconds(30))
                .until(() ->
                        gauge("") >= INITIAL + shared
                                && gauge(".free") >= Math.floor(gauge("") / 4));
        int free = (int) gauge(".free");
        assertThat(free).as("more than a block").isGreaterThan(2 * INITIAL);

        ask("second", free);
        assertThat(count("shared")).isEqualTo(shared);
    }

    private void ask(String name, int sessions) throws Exception {
        List<ChatClient> asking = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            ChatClient client =
                    ChatClient.connect(gateway.port, TestGateway.token(name + "-" + i), "");
            client.next("welcome");
            asking.add(client);
        }
        clients.addAll(asking);
        for (int i = 0; i < sessions; i++) {
            asking.get(i).message("count 1", name + "-" + i);
        }
        for (ChatClient client : asking) {
            client.untilType("done");
        }
    }

    private static double gauge(String name) {
        return meters().get("parley.gateway.lanes" + name).gauge().value();
    }

    private static double count(String kind) {
        return meters().get("parley.gateway.lanes.leases").tag("kind", kind).counter().count();
    }

    private static MeterRegistry meters() {
        return gateway.context().getBean(MeterRegistry.class);
    }
}
