package dev.parley.worker.answer;

import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a lane back from when the job was made, with the rules of every reader of lanes: records of
 * another lease or session are no concern, a later attempt takes an earlier one's place, and of two
 * workers with the same attempt the first is followed.
 */
public final class LaneLookback implements LaneMemory {

    private static final Logger LOG = LoggerFactory.getLogger(LaneLookback.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final Duration POLL = Duration.ofMillis(100);

    /** Clocks of two machines differ by less, or the answer begins anew. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(10);

    private final KafkaClients clients;

    public LaneLookback(KafkaClients clients) {
        this.clients = clients;
    }

    @Override
    public @Nullable Shown before(Job job, int attempt) {
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(clients.consumer("lookback"))) {
            TopicPartition lane = new TopicPartition(Topic.lane(job.replyTo().lane()), 0);
            consumer.assign(List.of(lane));
            Long end = consumer.endOffsets(List.of(lane), TIMEOUT).get(lane);
            Instant since = job.createdAt().minus(CLOCKS_APART);
            @Nullable OffsetAndTimestamp first =
                    consumer.offsetsForTimes(Map.of(lane, since.toEpochMilli()), TIMEOUT).get(lane);
            Reading reading = new Reading(job, attempt);
            if (first == null || end == null) {
                return reading.shown();
            }
            consumer.seek(lane, first.offset());
            long giveUpAt = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.position(lane) < end) {
                if (System.nanoTime() > giveUpAt) {
                    return null;
                }
                consumer.poll(POLL).forEach(reading::take);
            }
            return reading.shown();
        } catch (KafkaException | UnreadableRecordException e) {
            LOG.warn("what was shown of {} cannot be read: {}", job.messageId(), e.toString());
            return null;
        }
    }

    /** The state of one reading. */
    private static final class Reading {
        private final Job job;
        private final int before;
        private final StringBuilder text = new StringBuilder();
        private int attempt;
        private String worker = "";
        private long nextSeq;
        private boolean tools;

        Reading(Job job, int before) {
            this.job = job;
            this.before = before;
        }

        void take(ConsumerRecord<String, byte[]> record) {
            if (!job.replyTo().sessionId().equals(record.key())
                    || !job.messageId().equals(Inbound.text(record.headers(), LaneHeaders.MESSAGE))
                    || Inbound.number(record.headers(), LaneHeaders.EPOCH, -1)
                            != job.replyTo().epoch()) {
                return;
            }
            int itsAttempt = Inbound.number(record.headers(), LaneHeaders.ATTEMPT, 1);
            String header = Inbound.text(record.headers(), LaneHeaders.WORKER);
            String itsWorker = header == null ? "" : header;
            if (itsAttempt >= before
                    || itsAttempt < attempt
                    || itsAttempt == attempt && !itsWorker.equals(worker)) {
                return;
            }
            attempt = itsAttempt;
            worker = itsWorker;
            switch (Json.read(record.value(), ServerFrame.class)) {
                case ServerFrame.Token token -> {
                    text.append(token.text());
                    nextSeq = token.seq() + 1;
                }
                case ServerFrame.Restart restart -> {
                    text.setLength(Math.min(restart.keep(), text.length()));
                    if (restart.keep() == 0) {
                        nextSeq = 0;
                        tools = false;
                    }
                }
                case ServerFrame.ToolCall _, ServerFrame.ToolResult _, ServerFrame.Approval _ ->
                        tools = true;
                default -> {}
            }
        }

        Shown shown() {
            return new Shown(text.toString(), nextSeq, tools);
        }
    }
}
