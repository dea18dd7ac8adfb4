package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.gateway.lane.LaneFrame;
import dev.parley.gateway.lane.LaneReader;
import dev.parley.gateway.lane.LaneTenant;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Eight lanes: exclusive while they last, shared past that, used again when they are free. */
class LanesTest {

    private static final int LANES = 8;
    private static final int SESSIONS = 120;
    private static final int WARM = 2;
    private static TestGateway gateway;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        gateway =
                TestGateway.start(
                        "parley.lanes.initial=" + LANES,
                        "parley.lanes.max=" + LANES,
                        "parley.lanes.block=" + LANES,
                        "parley.lanes.warm=" + WARM,
                        "parley.lanes.active=1",
                        "parley.resume-window=2s");
        pipeline = new FakePipeline(TestGateway.clients("lanes"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        gateway.close();
    }

    @Test
    void lanesAreOnesOwnWhileTheyLastThenSharedAndFreeAgainAfterwards() throws Exception {
        Map<String, ChatClient> clients = new HashMap<>();
        Map<String, ReplyTo> leases = new HashMap<>();
        for (int i = 0; i < SESSIONS; i++) {
            String user = "lane-" + i;
            ChatClient client = ChatClient.connect(gateway.port, TestGateway.token(user), "");
            client.next("welcome");
            clients.put(user, client);
            client.message("count 3", "m-" + user);
            leases.put(user, pipeline.next(RequestEvent.MessageSubmitted.class, user).replyTo());
        }
        Set<Integer> firstLanes = new HashSet<>();
        for (int i = 0; i < LANES; i++) {
            firstLanes.add(leases.get("lane-" + i).lane());
        }
        assertThat(firstLanes).as("a lane of one's own for each").hasSize(LANES);
        assertThat(leases.values().stream().map(ReplyTo::lane).distinct()).hasSize(LANES);
        assertThat(count("own")).isEqualTo(LANES);
        assertThat(count("shared")).isEqualTo(SESSIONS - LANES);
        clients.forEach(LanesTest::assertItsOwnAnswerAlone);

        clients.values().forEach(ChatClient::close);
        await("all lanes are free after the resume window")
                .atMost(Duration.ofSeconds(20))
                .until(() -> free() == LANES);
        assertThat(recycled()).isGreaterThanOrEqualTo(LANES);
        assertNothingOfAFormerTenantIsShown(leases);
    }

    private static void assertItsOwnAnswerAlone(String user, ChatClient client) {
        List<JsonNode> answer = client.untilType("done");
        assertThat(answer.getFirst().path("client_msg_id").asString()).isEqualTo("m-" + user);
        assertThat(answer).hasSize(5);
        assertThat(client.isQuiet()).isTrue();
    }

    /** The new tenant has the lane, and late records for the former one are still written to it. */
    private static void assertNothingOfAFormerTenantIsShown(Map<String, ReplyTo> leases)
            throws Exception {
        try (ChatClient heir = ChatClient.connect(gateway.port, TestGateway.token("heir"), "")) {
            heir.next("welcome");
            heir.message("hold", "h1");
            heir.next("accepted");
            RequestEvent.MessageSubmitted message =
                    pipeline.next(RequestEvent.MessageSubmitted.class, "heir");
            ReplyTo now = message.replyTo();
            List<ReplyTo> strangers = new ArrayList<>();
            leases.values().stream().filter(l -> l.lane() == now.lane()).forEach(strangers::add);
            assertThat(strangers).isNotEmpty();
            strangers.forEach(to -> pipeline.stray(message.messageId(), to, "former tenant"));
            // The session's own name with the epoch of a lease before.
            pipeline.stray(
                    message.messageId(),
                    new ReplyTo(now.sessionId(), now.lane(), now.epoch() - 1),
                    "former epoch");
            pipeline.token(message.messageId(), 1, 0, "mine");
            pipeline.done(message.messageId(), 1, "mine");
            List<JsonNode> shown = heir.untilType("done");
            assertThat(shown.stream().map(f -> f.path("text").asString("")))
                    .containsExactly("mine", "");
        }
    }

    /** Its worker may say nothing for longer than the resume window: a tool, an approval. */
    @Test
    void aQuietLaneIsKeptWhileItsAnswerRunsAndGivenBackAfterwards() throws Exception {
        await("nobody has a lane").atMost(Duration.ofSeconds(20)).until(() -> free() == LANES);
        try (ChatClient client =
                ChatClient.connect(gateway.port, TestGateway.token("patient"), "")) {
            client.next("welcome");
            client.message("hold", "p1");
            client.next("accepted");
            String message =
                    pipeline.next(RequestEvent.MessageSubmitted.class, "patient").messageId();
            await("the lane stays leased past the resume window")
                    .during(Duration.ofSeconds(3))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> free() == LANES - 1);

            pipeline.token(message, 1, 0, "at last");
            pipeline.done(message, 1, "at last");
            assertThat(client.untilType("done").getFirst().path("text").asString())
                    .isEqualTo("at last");
            await("nothing runs and the resume window has passed")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> free() == LANES);
        }
    }

    /** Many lanes want to be read, so a quiet one is paused at once: not before it was read. */
    @Test
    void aLaneIsReadUpToItsKnownEndBeforeItIsPaused() {
        LaneReader reader = gateway.context().getBean(LaneReader.class);
        List<Standing> tenants = List.of(new Standing(0), new Standing(1), new Standing(2));
        long end = 1_000_000;
        tenants.forEach(tenant -> reader.join(tenant, 0, end));
        await("the lanes are fetched").until(() -> reader.active() >= tenants.size());

        await("sweeps go by, and the lanes are still fetched")
                .during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> reader.active() >= tenants.size());

        tenants.forEach(reader::leave);
        tenants.forEach(tenant -> reader.join(tenant, 0, 0));
        await("with nothing left to read they are paused")
                .atMost(Duration.ofSeconds(10))
                .until(() -> reader.active() <= WARM);
        tenants.forEach(reader::leave);
    }

    /** A session for which no answer runs. */
    private record Standing(int lane) implements LaneTenant {

        @Override
        public String sessionId() {
            return "standing-" + lane;
        }

        @Override
        public LaneLease lease() {
            return new LaneLease(lane, 0, 0);
        }

        @Override
        public boolean awaitsFrames() {
            return false;
        }

        @Override
        public void deliver(LaneFrame frame) {}

        @Override
        public void lost() {}
    }

    private static double free() {
        return meters().get("parley.gateway.lanes.free").gauge().value();
    }

    private static double count(String kind) {
        return meters().get("parley.gateway.lanes.leases").tag("kind", kind).counter().count();
    }

    private static double recycled() {
        return meters().get("parley.gateway.lanes.recycled").counter().count();
    }

    private static MeterRegistry meters() {
        return gateway.context().getBean(MeterRegistry.class);
    }
}
