package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PipelineEvent;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ToolCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The other side of the worker: writes jobs and stops, and sees everything that it writes. */
final class Log implements AutoCloseable {

    static final int LANE = 7;
    static final Duration WITHIN = Duration.ofSeconds(30);

    /** A record and when it was seen. */
    record Seen(ConsumerRecord<String, byte[]> record, long nanos) {}

    private final KafkaProducer<String, byte[]> producer;
    private final KafkaConsumer<String, byte[]> consumer;
    private final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final Thread reader;
    private volatile boolean open = true;

    /** The declared topics exist already: a worker has started. */
    Log(String bootstrapServers) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            if (!admin.listTopics().names().get().contains(Topic.lane(LANE))) {
                admin.createTopics(List.of(new NewTopic(Topic.lane(LANE), 1, (short) 1)))
                        .all()
                        .get();
            }
        } catch (Exception e) {
            throw new IllegalStateException("no lane", e);
        }
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 0),
                        new StringSerializer(),
                        new ByteArraySerializer());
        consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "fetch.max.wait.ms",
                                50,
                                "auto.offset.reset",
                                "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        // Named, not looked up: the broker may list a topic later than it confirms its creation.
        partitions.add(new TopicPartition(Topic.lane(LANE), 0));
        for (String topic :
                List.of(
                        Topic.RESULTS.topicName(),
                        Topic.FLOW.topicName(),
                        Topic.TOOLS.topicName(),
                        Topic.JOBS.deadLetterName())) {
            consumer.partitionsFor(topic)
                    .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        reader = Thread.ofPlatform().daemon().start(this::read);
    }

    private void read() {
        while (open) {
            for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                seen.add(new Seen(record, System.nanoTime()));
            }
        }
        consumer.close();
    }

    static Job job(String messageId, String model, ChatMessage... messages) {
        Instant now = Instant.now();
        return new Job(
                "job-" + messageId,
                messageId,
                "conversation",
                "user-1",
                "user",
                new ReplyTo("session-1", LANE, 3),
                model,
                List.of(messages),
                null,
                null,
                now,
                now.plusSeconds(120));
    }

    static ChatMessage user(String text) {
        return new ChatMessage("user", text);
    }

    static ChatMessage assistant(String text) {
        return new ChatMessage("assistant", text);
    }

    void put(Job job) {
        put(Json.write(job));
    }

    void put(byte[] job) {
        try {
            producer.send(new ProducerRecord<>(Topic.JOBS.topicName(), job)).get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    void stop(String messageId) {
        PipelineEvent stop =
                new ControlEvent.StopAnswer(messageId, "user-1", "client", Instant.now());
        try {
            producer.send(
                            new ProducerRecord<>(
                                    Topic.CONTROL.topicName(), messageId, Json.write(stop)))
                    .get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** As the policy's administration publishes it. */
    void policy(PolicyRecord record) {
        policy(record.subject(), Json.write(record));
    }

    void policyGone(String subject) {
        policy(subject, null);
    }

    private void policy(String subject, byte[] value) {
        try {
            producer.send(new ProducerRecord<>(Topic.POLICY.topicName(), subject, value)).get();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The newest catalogue of a server; null when there is none. */
    ToolCatalog catalog(String server) {
        return of(Topic.TOOLS).stream()
                .filter(r -> server.equals(r.key()) && r.value() != null)
                .map(r -> Inbound.event(r.headers(), r.value(), ToolCatalog.class))
                .reduce((first, second) -> second)
                .orElse(null);
    }

    /** Every frame of a message, in order. */
    List<ServerFrame> frames(String messageId) {
        return lane(messageId).stream().map(Log::frame).toList();
    }

    List<ConsumerRecord<String, byte[]>> of(Topic topic) {
        return records(topic.topicName());
    }

    List<ConsumerRecord<String, byte[]>> records(String topic) {
        return seen.stream().map(Seen::record).filter(r -> r.topic().equals(topic)).toList();
    }

    List<ResultEvent> results(String messageId) {
        return of(Topic.RESULTS).stream()
                .map(r -> Inbound.event(r.headers(), r.value(), ResultEvent.class))
                .filter(result -> result.messageId().equals(messageId))
                .toList();
    }

    List<Checkpoint> checkpoints(String messageId) {
        return of(Topic.FLOW).stream()
                .filter(r -> messageId.equals(r.key()))
                .map(r -> Inbound.event(r.headers(), r.value(), Checkpoint.class))
                .toList();
    }

    /** The lane's records of a message, in order. */
    List<Seen> lane(String messageId) {
        return seen.stream()
                .filter(s -> s.record().topic().equals(Topic.lane(LANE)))
                .filter(s -> messageId.equals(header(s, LaneHeaders.MESSAGE)))
                .toList();
    }

    static String header(Seen seen, String name) {
        return Inbound.text(seen.record().headers(), name);
    }

    static ServerFrame frame(Seen seen) {
        return Json.read(seen.record().value(), ServerFrame.class);
    }

    List<ServerFrame.Token> tokens(String messageId) {
        return lane(messageId).stream()
                .map(Log::frame)
                .filter(ServerFrame.Token.class::isInstance)
                .map(ServerFrame.Token.class::cast)
                .toList();
    }

    String text(String messageId) {
        return tokens(messageId).stream()
                .map(ServerFrame.Token::text)
                .collect(Collectors.joining());
    }

    <T extends ResultEvent> T awaitResult(String messageId, Class<T> type) {
        return awaitResult(messageId, type, result -> true);
    }

    <T extends ResultEvent> T awaitResult(String messageId, Class<T> type, Predicate<T> predicate) {
        T found =
                await("a " + type.getSimpleName() + " of " + messageId)
                        .atMost(WITHIN)
                        .pollInterval(Duration.ofMillis(10))
                        .until(
                                () ->
                                        results(messageId).stream()
                                                .filter(type::isInstance)
                                                .map(type::cast)
                                                .filter(predicate)
                                                .findFirst()
                                                .orElse(null),
                                result -> result != null);
        // The lane is another partition: what was written before may be read after.
        await("the text of " + messageId)
                .atMost(WITHIN)
                .pollInterval(Duration.ofMillis(5))
                .untilAsserted(() -> assertThat(text(messageId)).endsWith(textOf(found)));
        return found;
    }

    private static String textOf(ResultEvent result) {
        return switch (result) {
            case ResultEvent.AnswerCompleted completed -> completed.answer();
            case ResultEvent.AnswerFailed failed -> failed.partialAnswer();
            case ResultEvent.AnswerParked parked -> parked.parked().answer();
            case ResultEvent.AttemptStarted _,
                    ResultEvent.ToolCallFinished _,
                    ResultEvent.GuardReported _ ->
                    "";
        };
    }

    void awaitTokens(String messageId, int count) {
        await(count + " tokens of " + messageId)
                .atMost(WITHIN)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> tokens(messageId).size() >= count);
    }

    @Override
    public void close() throws InterruptedException {
        open = false;
        reader.join();
        producer.close(Duration.ofSeconds(1));
    }
}
