package dev.parley.gateway;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.TopicPartition;

/**
 * Plays orchestrator and worker: "count N" is answered by N tokens and done; "hold" is answered
 * step by step by the test.
 */
final class FakePipeline implements AutoCloseable {

    private final KafkaProducer<String, byte[]> producer;
    private final Outbound outbound;
    private final Thread thread;
    private final KafkaClients clients;
    private volatile boolean closed;

    final BlockingQueue<RequestEvent> requests = new LinkedBlockingQueue<>();
    final Map<String, ReplyTo> replyTo = new ConcurrentHashMap<>();

    FakePipeline(KafkaClients clients) {
        this.clients = clients;
        Instance instance = new Instance("fake-pipeline", "fake");
        this.outbound = new Outbound(instance, Clock.systemUTC());
        this.producer = new KafkaProducer<>(clients.producer("fake"));
        this.thread = Thread.ofPlatform().daemon().name("fake-pipeline").start(this::run);
    }

    void policy(PolicyRecord record) {
        producer.send(outbound.event(Topic.POLICY, record.subject(), record, null));
        producer.flush();
    }

    void unblock(String user) {
        producer.send(
                new org.apache.kafka.clients.producer.ProducerRecord<>(
                        Topic.POLICY.topicName(), "block/" + user, null));
        producer.flush();
    }

    void token(String messageId, int attempt, long seq, String text) {
        frame(messageId, attempt, "token", new ServerFrame.Token(messageId, seq, text));
    }

    void restart(String messageId, int attempt) {
        frame(messageId, attempt, "restart", new ServerFrame.Restart(messageId, attempt, 0));
    }

    void done(String messageId, int attempt, String answer) {
        frame(
                messageId,
                attempt,
                "done",
                new ServerFrame.Done(
                        messageId,
                        new ServerFrame.AnswerResult(
                                answer, "stop", "demo", 1, 1, 0, null, 0, List.of(), 1, attempt),
                        null));
    }

    void refuse(String messageId, ErrorCode code) {
        frame(
                messageId,
                1,
                "error",
                new ServerFrame.Failure(
                        messageId, null, "no", code, code.retryable(), null, null, null));
    }

    /** An error that belongs to no message: the answer to a stop of something unknown. */
    void refuse(ReplyTo to, ErrorCode code) {
        var record = outbound.frame(to, "", 1, "error", ServerFrame.Failure.of(code, "no"));
        record.headers().remove(dev.parley.schemas.LaneHeaders.MESSAGE);
        producer.send(record);
        producer.flush();
    }

    /** A frame of a lease that is not the session's. */
    void stray(String messageId, ReplyTo to, String text) {
        producer.send(
                outbound.frame(
                        to, messageId, 1, "token", new ServerFrame.Token(messageId, 0, text)));
        producer.flush();
    }

    private void frame(String messageId, int attempt, String kind, ServerFrame frame) {
        producer.send(outbound.frame(replyTo.get(messageId), messageId, attempt, kind, frame));
        producer.flush();
    }

    /** The next request of this kind and user. */
    <T extends RequestEvent> T next(Class<T> type, String user) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (System.nanoTime() < deadline) {
            RequestEvent event = requests.poll(100, TimeUnit.MILLISECONDS);
            if (type.isInstance(event) && event.caller().id().equals(user)) {
                return type.cast(event);
            }
        }
        throw new AssertionError("no " + type.getSimpleName() + " within 10 s");
    }

    private void run() {
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(clients.consumer("fake"))) {
            List<TopicPartition> all = new ArrayList<>();
            consumer.partitionsFor(Topic.REQUESTS.topicName())
                    .forEach(p -> all.add(new TopicPartition(p.topic(), p.partition())));
            consumer.assign(all);
            consumer.seekToBeginning(all);
            while (!closed) {
                for (ConsumerRecord<String, byte[]> r : consumer.poll(Duration.ofMillis(100))) {
                    answer(Inbound.event(r.headers(), r.value(), RequestEvent.class));
                }
            }
        }
    }

    private void answer(RequestEvent event) {
        if (event instanceof RequestEvent.MessageSubmitted message) {
            replyTo.put(message.messageId(), message.replyTo());
            if (message.text().startsWith("count ")) {
                int tokens = Integer.parseInt(message.text().substring(6));
                StringBuilder answer = new StringBuilder();
                for (int i = 0; i < tokens; i++) {
                    answer.append("w").append(i).append(' ');
                    producer.send(
                            outbound.frame(
                                    message.replyTo(),
                                    message.messageId(),
                                    1,
                                    "token",
                                    new ServerFrame.Token(message.messageId(), i, "w" + i + " ")));
                }
                done(message.messageId(), 1, answer.toString());
            }
        }
        requests.add(event);
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.join(2_000);
        producer.close(Duration.ofSeconds(1));
    }
}
