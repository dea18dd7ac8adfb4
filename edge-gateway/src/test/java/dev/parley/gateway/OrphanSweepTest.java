package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * A gateway is killed without a last word while a session of it has a lane. Another one takes its
 * lanes over: the free ones at once, the session's when its resume window has passed, and who gets
 * it then sees nothing of the session before.
 */
class OrphanSweepTest {

    private static final int BLOCK = 8;
    private static final int LANES = 2 * BLOCK;
    private static final Duration RESUME_WINDOW = Duration.ofSeconds(20);
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final String[] SETTINGS = {
        "parley.lanes.initial=" + BLOCK,
        "parley.lanes.block=" + BLOCK,
        "parley.lanes.max=" + LANES,
        "parley.lanes.warm=2",
        "parley.sessions.heartbeat=500ms",
        "parley.sessions.dead-after=3s",
        "parley.resume-window=" + RESUME_WINDOW.toSeconds() + "s",
        "parley.query-token=true"
    };

    private static TestBroker broker;
    private static TestGateway survivor;
    private static GatewayProcess victim;
    private static FakePipeline pipeline;
    private static final List<ChatClient> clients = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        broker = TestBroker.own();
        List<String> settings = new ArrayList<>(List.of(SETTINGS));
        settings.add("parley.kafka.bootstrap-servers=" + broker.bootstrapServers());
        survivor = TestGateway.start(settings.toArray(String[]::new));
        pipeline = new FakePipeline(TestGateway.clients("orphans", broker));
        TestGateway.publishRoles(pipeline);
        victim = new GatewayProcess(broker, SETTINGS).awaitReady();
        Eventually.signedIn(survivor.port);
        Eventually.signedIn(victim.port);
    }

    @AfterAll
    static void stop() throws Exception {
        clients.forEach(ChatClient::close);
        for (AutoCloseable one : new AutoCloseable[] {victim, pipeline, survivor, broker}) {
            if (one != null) {
                one.close();
            }
        }
    }

    @Test
    void aDeadGatewaysLanesAreSweptAndNobodySeesAFormerTenantsRecord() throws Exception {
        String orphan = TestGateway.token("orphan");
        ChatClient left = ChatClient.connect(victim.port, orphan, "");
        clients.add(left);
        String session = left.next("welcome").path("session_id").asString();
        left.message("hold", "o1");
        RequestEvent.MessageSubmitted theirs =
                pipeline.next(RequestEvent.MessageSubmitted.class, "orphan");
        left.next("accepted");
        pipeline.token(theirs.messageId(), 1, 0, "the orphan's secret");
        String cursor = left.next("token").path("cursor").asString();
        // The survivor wishes for more lanes while there are none, and is not asked again.
        Set<Integer> others = new HashSet<>(List.of(hold("early").replyTo().lane()));

        victim.kill();
        await("the session is taken off the dead gateway's record")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(orphaned()).isEqualTo(1));
        long detached = System.nanoTime();
        takeAllLanesBut(theirs.replyTo().lane(), others);
        assertThat(System.nanoTime() - detached)
                .as("all this within the resume window")
                .isLessThan(RESUME_WINDOW.toNanos());
        assertThat(others).hasSize(LANES - 1).doesNotContain(theirs.replyTo().lane());

        // Their worker does not know that nobody is there, and goes on writing.
        pipeline.token(theirs.messageId(), 1, 1, "more of the secret");
        await("the lane is free when the resume window has passed")
                .atMost(RESUME_WINDOW.plus(PATIENCE))
                .untilAsserted(() -> assertThat(gauge("parley.gateway.lanes.free")).isEqualTo(1));
        theHeirSeesItsOwnAlone(theirs);

        ChatClient back =
                ChatClient.connect(
                        survivor.port, orphan, "?session=" + session + "&cursor=" + cursor);
        clients.add(back);
        assertThat(back.next("error").path("code").asString()).isEqualTo("resume_expired");
        assertThat(back.next("welcome").path("resumed").booleanValue()).isFalse();
    }

    /** Until every lane that is free has a session of its own, also those of the dead gateway. */
    private static void takeAllLanesBut(int orphaned, Set<Integer> taken) throws Exception {
        for (int i = 1; i < LANES - 1; i++) {
            if (i == BLOCK) {
                await("the dead gateway's lanes are the survivor's")
                        .atMost(PATIENCE)
                        .untilAsserted(() ->
                                assertThat(gauge("parley.gateway.lanes"))
                                        .as("all lanes")
                                        .isEqualTo(LANES));
                assertThat(gauge("parley.gateway.lanes.free"))
                        .as("all but the survivor's own and the orphan's %d", orphaned)
                        .isEqualTo(BLOCK - 1);
            }
            taken.add(hold("tenant-" + i).replyTo().lane());
        }
    }

    private static RequestEvent.MessageSubmitted hold(String user) throws Exception {
        ChatClient client = ChatClient.connect(survivor.port, TestGateway.token(user), "");
        clients.add(client);
        client.next("welcome");
        client.message("hold", "m1");
        return pipeline.next(RequestEvent.MessageSubmitted.class, user);
    }

    private static void theHeirSeesItsOwnAlone(RequestEvent.MessageSubmitted theirs)
            throws Exception {
        ChatClient heir = ChatClient.connect(survivor.port, TestGateway.token("heir"), "");
        clients.add(heir);
        heir.next("welcome");
        heir.message("hold", "h1");
        RequestEvent.MessageSubmitted mine =
                pipeline.next(RequestEvent.MessageSubmitted.class, "heir");
        ReplyTo now = mine.replyTo();
        assertThat(now.lane()).as("the lane is used again").isEqualTo(theirs.replyTo().lane());
        assertThat(now.epoch()).isGreaterThan(theirs.replyTo().epoch());
        heir.next("accepted");
        pipeline.token(theirs.messageId(), 1, 2, "the last of the secret");
        pipeline.done(theirs.messageId(), 1, "the whole secret");
        pipeline.stray(
                mine.messageId(),
                new ReplyTo(now.sessionId(), now.lane(), theirs.replyTo().epoch()),
                "under the epoch of the former lease");
        pipeline.token(mine.messageId(), 1, 0, "mine");
        pipeline.done(mine.messageId(), 1, "mine");

        List<JsonNode> shown = heir.untilType("done");
        assertThat(shown.stream().map(f -> f.path("text").asString("")))
                .containsExactly("mine", "");
        assertThat(heir.isQuiet()).isTrue();
        assertThat(heir.seen.toString()).doesNotContain("secret");
    }

    private static double orphaned() {
        return meters().get("parley.gateway.sessions.orphaned").counter().count();
    }

    private static double gauge(String name) {
        return meters().get(name).gauge().value();
    }

    private static MeterRegistry meters() {
        return survivor.context().getBean(MeterRegistry.class);
    }
}
