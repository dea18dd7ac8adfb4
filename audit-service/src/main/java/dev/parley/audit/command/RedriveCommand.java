package dev.parley.audit.command;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Sends dead letters into the topic that they came from once more. How far that was done stands in
 * a consumer group, so that a second run sends only what is new; what is still poison comes back as
 * a new dead letter, which this run does not read.
 */
@Command(
        name = "redrive",
        description = {
            "Sends dead letters into their topics once more, and remembers how far it came.",
            "Records that were stored before are the same rows; what is still poison comes back as a"
                    + " new dead letter."
        },
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done, or nothing to do",
            "2:the command line makes no sense, or Kafka does not answer"
        })
final class RedriveCommand implements Callable<Integer> {

    private static final String GROUP = "audit-redrive";
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final List<Topic> OF_AUDIT =
            List.of(Topic.TURNS, Topic.FLOW, Topic.KEYS, Topic.POLICY_CHANGES, Topic.CHECKPOINTS);

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    Connections connections;

    @Option(
            names = "--topic",
            paramLabel = "T",
            description =
                    "The topic that records came from, for example parley.turns (default: every"
                            + " topic that the audit service reads).")
    List<String> topics = new ArrayList<>();

    @Option(names = "--dry-run", description = "Only tell what would be sent.")
    boolean dryRun;

    @Override
    public Integer call() throws ExecutionException, InterruptedException {
        List<TopicPartition> partitions =
                chosen().stream()
                        .map(topic -> new TopicPartition(topic.deadLetterName(), 0))
                        .toList();
        KafkaClients clients = connections.kafka();
        Map<String, Object> config = clients.consumer("redrive");
        config.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
        PrintWriter out = spec.commandLine().getOut();
        long sent = 0;
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(config);
                KafkaProducer<String, byte[]> producer =
                        new KafkaProducer<>(clients.producer("redrive"))) {
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (isBehind(consumer, ends)) {
                Map<TopicPartition, OffsetAndMetadata> done = new HashMap<>();
                for (ConsumerRecord<String, byte[]> letter : consumer.poll(POLL)) {
                    TopicPartition from = new TopicPartition(letter.topic(), letter.partition());
                    if (letter.offset() >= ends.getOrDefault(from, 0L)) {
                        continue;
                    }
                    out.println(told(letter));
                    sent++;
                    if (!dryRun) {
                        producer.send(again(letter)).get();
                        done.put(from, new OffsetAndMetadata(letter.offset() + 1));
                    }
                }
                if (!done.isEmpty()) {
                    consumer.commitSync(done);
                }
            }
        }
        out.printf("%d %s%n", sent, dryRun ? "would be sent" : "sent");
        out.flush();
        return AuditCommand.DONE;
    }

    private List<Topic> chosen() {
        if (topics.isEmpty()) {
            return OF_AUDIT;
        }
        List<Topic> chosen = new ArrayList<>();
        for (String name : topics) {
            Topic found = null;
            for (Topic topic : Topic.values()) {
                found = topic.topicName().equals(name) ? topic : found;
            }
            if (found == null) {
                throw new ParameterException(
                        spec.commandLine(), "there is no topic " + name + " with dead letters");
            }
            chosen.add(found);
        }
        return chosen;
    }

    private static boolean isBehind(
            KafkaConsumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
    }

    private static String told(ConsumerRecord<String, byte[]> letter) {
        return "%s/%d  from %s  key %s  %d bytes  %s"
                .formatted(
                        letter.topic(),
                        letter.offset(),
                        Inbound.text(letter.headers(), "dlt_source"),
                        letter.key(),
                        letter.value() == null ? 0 : letter.value().length,
                        Inbound.text(letter.headers(), "dlt_reason"));
    }

    /** As it came; a new trace, since the old one has ended. */
    private static ProducerRecord<String, byte[]> again(ConsumerRecord<String, byte[]> letter) {
        String topic =
                letter.topic()
                        .substring(0, letter.topic().length() - Topic.DEAD_LETTER_SUFFIX.length());
        ProducerRecord<String, byte[]> out =
                new ProducerRecord<>(topic, null, letter.key(), letter.value());
        for (Header header : letter.headers()) {
            if (!header.key().startsWith("dlt_") && !header.key().equals("traceparent")) {
                out.headers().add(header);
            }
        }
        out.headers()
                .add(
                        "redriven_from",
                        (letter.topic() + "/" + letter.partition() + "/" + letter.offset())
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        return out;
    }
}
