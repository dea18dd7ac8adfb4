package dev.parley.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the service (SIGKILL) in the middle of work and starts it on the same state: every message
 * gets one terminal and one charge, and every chain is dense.
 */
class CrashTest {

    private static final int USERS = 6;
    private static final int MESSAGES = 120;
    private static final int KILL_AFTER = 40;
    private static final Duration WITHIN = Duration.ofSeconds(120);

    @TempDir Path folder;
    private Process service;

    @AfterEach
    void stop() throws Exception {
        if (service != null) {
            service.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
        }
    }

    @Test
    void chargesEachMessageOnceAcrossAKill() throws Exception {
        try (TestBroker broker = TestBroker.start(folder.resolve("broker"));
                Log log = new Log(broker.bootstrapServers())) {
            log.create(1, Topic.lane(7), Topic.JOBS.topicName());
            log.create(
                    2,
                    Topic.REQUESTS.topicName(),
                    Topic.RESULTS.topicName(),
                    Topic.TURNS.topicName());
            service = start(broker);
            Set<String> sent = new HashSet<>();
            Set<String> jobs = new HashSet<>();
            Set<String> terminals = new HashSet<>();
            List<String> terminalsInOrder = new ArrayList<>();
            boolean killed = false;
            long deadline = System.nanoTime() + WITHIN.toNanos();
            try (Log.Reader jobReader = log.read(false, Topic.JOBS.topicName());
                    Log.Reader lane = log.read(true, Topic.lane(7))) {
                while (terminals.size() < MESSAGES && System.nanoTime() < deadline) {
                    if (sent.size() < MESSAGES) {
                        sent.add(send(log, sent.size()));
                    }
                    for (ConsumerRecord<String, byte[]> job :
                            jobReader.poll(Duration.ofMillis(10))) {
                        Job read = Json.read(job.value(), Job.class);
                        jobs.add(read.messageId());
                        answer(log, read);
                    }
                    for (ConsumerRecord<String, byte[]> frame : lane.poll(Duration.ofMillis(10))) {
                        String id =
                                new String(
                                        frame.headers().lastHeader(LaneHeaders.MESSAGE).value(),
                                        StandardCharsets.UTF_8);
                        terminals.add(id);
                        terminalsInOrder.add(id);
                    }
                    if (!killed && terminals.size() >= KILL_AFTER) {
                        killed = true;
                        service.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
                        service = start(broker);
                    }
                }
            }
            assertThat(killed).isTrue();
            assertThat(terminals).isEqualTo(sent);
            assertThat(terminalsInOrder).doesNotHaveDuplicates();
            checkTurns(log, sent);
            stop();
        }
    }

    private static void checkTurns(Log log, Set<String> sent) {
        Map<String, Integer> charges = new HashMap<>();
        Map<String, ConversationChain.Head> heads = new HashMap<>();
        try (Log.Reader turns = log.read(true, Topic.TURNS.topicName())) {
            Awaitility.await("a charge for each message")
                    .atMost(WITHIN)
                    .until(() -> {
                        for (ConsumerRecord<String, byte[]> record :
                                turns.poll(Duration.ofMillis(100))) {
                            follow(record, charges, heads);
                        }
                        return charges.size() == sent.size();
                    });
        }
        assertThat(charges.keySet()).isEqualTo(sent);
        assertThat(charges.values()).containsOnly(1);
        assertThat(heads).hasSize(USERS);
    }

    private static void follow(
            ConsumerRecord<String, byte[]> record,
            Map<String, Integer> charges,
            Map<String, ConversationChain.Head> heads) {
        TurnRecord turn = Json.read(record.value(), TurnRecord.class);
        ConversationChain.Head head =
                heads.getOrDefault(turn.conversationId(), ConversationChain.Head.START);
        assertThat(turn.ordinal()).isEqualTo(head.nextOrdinal());
        assertThat(turn.prevHash()).isEqualTo(head.lastHash());
        assertThat(ConversationChain.hash(Json.tree(record.value()))).isEqualTo(turn.hash());
        heads.put(turn.conversationId(), ConversationChain.after(turn));
        if (turn.body() instanceof TurnRecord.ChargeTurn charge) {
            charges.merge(charge.messageId(), 1, Integer::sum);
        }
    }

    private static String send(Log log, int n) {
        String user = "user-" + n % USERS;
        String id = MessageIds.of(user, "m" + n);
        log.put(
                Topic.REQUESTS,
                user,
                Json.write(
                        new RequestEvent.MessageSubmitted(
                                id,
                                "m" + n,
                                "home-" + user,
                                "home-" + user,
                                "message " + n,
                                null,
                                null,
                                null,
                                null,
                                "ws",
                                new Caller(user, null, null, "user", null),
                                new ReplyTo("session-" + user, 7, 1),
                                Instant.now())));
        return id;
    }

    private static void answer(Log log, Job job) {
        log.put(
                Topic.RESULTS,
                job.userId(),
                Json.write(
                        new ResultEvent.AnswerCompleted(
                                job.messageId(),
                                job.userId(),
                                1,
                                "an answer",
                                "stop",
                                "demo",
                                new TokenUsage(10, 5, 0, false),
                                0,
                                List.of(),
                                1,
                                Instant.now(),
                                Instant.now(),
                                Instant.now(),
                                "worker")));
    }

    private Process start(TestBroker broker) throws Exception {
        java.nio.file.Files.writeString(
                folder.resolve("policy.yaml"), "roles: { user: { limits: {} } }");
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OrchestratorApplication.class.getName(),
                        "--parley.kafka.bootstrap-servers=" + broker.bootstrapServers(),
                        "--parley.kafka.partitions=2",
                        "--parley.jwt.secret=" + "s".repeat(32),
                        "--parley.policy-file=" + folder.resolve("policy.yaml"),
                        "--parley.master-key=" + "A".repeat(43) + "=",
                        "--parley.orchestrator.state-dir=" + folder.resolve("state"),
                        "--parley.orchestrator.streams.session-timeout=6s",
                        "--server.port=0",
                        "--management.server.port=0")
                .redirectErrorStream(true)
                .redirectOutput(
                        ProcessBuilder.Redirect.appendTo(
                                new File("target", "orchestrator-process.log")))
                .start();
    }
}
