package dev.parley.orchestrator;

import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Gateway and worker in one: asks, answers every job that comes out, and notes each terminal.
 * Answers of one message always tell the same usage, a function of its id, so that a job which
 * comes out twice changes nothing.
 */
final class Traffic implements AutoCloseable {

    static final int LANE = 7;

    private final Log log;
    private final Log.Reader jobs;
    private final Log.Reader lane;
    private final Thread worker = Thread.ofPlatform().unstarted(this::work);
    private final Thread reader = Thread.ofPlatform().unstarted(this::watch);
    private final AtomicLong asked = new AtomicLong();
    private final Queue<Job> kept = new ConcurrentLinkedQueue<>();
    private volatile boolean answers = true;
    private volatile boolean over;

    /** When each message's first job came out, by {@link System#nanoTime()}. */
    final Map<String, Long> jobAt = new ConcurrentHashMap<>();

    /** When each message's terminal came, and what kind it was. */
    final Map<String, Terminal> terminals = new ConcurrentHashMap<>();

    final AtomicLong doubledTerminals = new AtomicLong();

    record Terminal(String kind, String value, long atNanos) {}

    static void topics(Log log) throws Exception {
        log.create(1, Topic.lane(LANE), Topic.JOBS.topicName());
        log.create(
                4, Topic.REQUESTS.topicName(), Topic.RESULTS.topicName(), Topic.TURNS.topicName());
    }

    Traffic(TestBroker broker) {
        this.log = new Log(broker.bootstrapServers());
        this.jobs = log.read(false, Topic.JOBS.topicName());
        this.lane = log.read(true, Topic.lane(LANE));
        worker.start();
        reader.start();
    }

    /** Whether jobs are answered as they come; the others are kept for {@link #answerAgain}. */
    void answers(boolean whether) {
        answers = whether;
    }

    /** Answers what was kept, and from now on what comes. */
    void answerAgain() {
        answers = true;
        for (Job job = kept.poll(); job != null; job = kept.poll()) {
            log.put(Topic.RESULTS, job.userId(), Json.write(answer(job)));
        }
    }

    String ask(String user, int maxTokens) {
        String clientMsgId = "m" + asked.incrementAndGet();
        return ask(user, clientMsgId, maxTokens);
    }

    String ask(String user, String clientMsgId, int maxTokens) {
        String id = MessageIds.of(user, clientMsgId);
        log.put(
                Topic.REQUESTS,
                user,
                Json.write(
                        new RequestEvent.MessageSubmitted(
                                id,
                                clientMsgId,
                                "home-" + user,
                                "home-" + user,
                                "message",
                                null,
                                maxTokens,
                                null,
                                List.of(),
                                "ws",
                                new Caller(user, null, null, "user", null),
                                new ReplyTo("session-" + user, LANE, 1),
                                Instant.now())));
        return id;
    }

    static TokenUsage usage(String messageId) {
        int hash = messageId.hashCode() & 0x7fff_ffff;
        return new TokenUsage(1 + hash % 7, hash % 13, 0, false);
    }

    private void work() {
        while (!over) {
            for (ConsumerRecord<String, byte[]> record : jobs.poll(Duration.ofMillis(20))) {
                Job job = Json.read(record.value(), Job.class);
                jobAt.putIfAbsent(job.messageId(), System.nanoTime());
                kept.add(job);
                if (answers) {
                    answerAgain();
                }
            }
        }
    }

    private static ResultEvent answer(Job job) {
        return new ResultEvent.AnswerCompleted(
                job.messageId(),
                job.userId(),
                1,
                "an answer",
                "stop",
                "demo",
                usage(job.messageId()),
                0,
                List.of(),
                1,
                Instant.now(),
                Instant.now(),
                Instant.now(),
                "worker");
    }

    private void watch() {
        while (!over) {
            for (ConsumerRecord<String, byte[]> frame : lane.poll(Duration.ofMillis(20))) {
                var message = frame.headers().lastHeader(LaneHeaders.MESSAGE);
                if (message == null) {
                    continue;
                }
                String kind =
                        new String(
                                frame.headers().lastHeader(LaneHeaders.KIND).value(),
                                StandardCharsets.UTF_8);
                Terminal terminal =
                        new Terminal(
                                kind,
                                new String(frame.value(), StandardCharsets.UTF_8),
                                System.nanoTime());
                String id = new String(message.value(), StandardCharsets.UTF_8);
                if (terminals.putIfAbsent(id, terminal) != null) {
                    doubledTerminals.incrementAndGet();
                }
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        over = true;
        worker.join();
        reader.join();
        jobs.close();
        lane.close();
        log.close();
    }
}
