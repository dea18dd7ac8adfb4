package dev.parley.autoconfigure.kafka;

import dev.parley.autoconfigure.Instance;
import dev.parley.schemas.Json;
import dev.parley.schemas.LaneHeaders;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.PipelineEvent;
import dev.parley.schemas.record.ReplyTo;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Makes records for the log: the value by the one codec, CloudEvents 1.0 in binary mode as headers
 * ({@code ce_id}, {@code ce_type}, {@code ce_source}, {@code ce_time}) and the W3C {@code
 * traceparent}.
 */
public final class Outbound {

    public static final String TRACEPARENT = "traceparent";

    private static final String TYPE_PREFIX = "dev.parley.";
    private static final String TYPE_SUFFIX = ".v1";

    private final Instance instance;
    private final Clock clock;

    public Outbound(Instance instance, Clock clock) {
        this.instance = instance;
        this.clock = clock;
    }

    /** A record of a declared topic. */
    public ProducerRecord<String, byte[]> event(
            Topic topic, @Nullable String key, PipelineEvent event, @Nullable String traceparent) {
        ProducerRecord<String, byte[]> out =
                new ProducerRecord<>(topic.topicName(), key, Json.write(event));
        writeHeaders(out.headers(), event, traceparent);
        return out;
    }

    /** The headers of {@link #event}, for writers that make their own record. */
    public void writeHeaders(Headers headers, PipelineEvent event, @Nullable String traceparent) {
        put(headers, "ce_specversion", "1.0");
        put(headers, "ce_id", UUID.randomUUID().toString());
        put(headers, "ce_type", typeOf(event));
        put(headers, "ce_source", "/parley/" + instance.service() + "/" + instance.id());
        put(headers, "ce_time", clock.instant().toString());
        if (traceparent != null) {
            put(headers, TRACEPARENT, traceparent);
        }
    }

    /** A frame that this worker makes of an answer, for the lane that its connection reads. */
    public ProducerRecord<String, byte[]> frame(
            ReplyTo to, String messageId, int attempt, String kind, ServerFrame frame) {
        ProducerRecord<String, byte[]> out =
                new ProducerRecord<>(Topic.lane(to.lane()), 0, to.sessionId(), Json.write(frame));
        writeLaneHeaders(out.headers(), to, messageId, attempt, kind);
        put(out.headers(), LaneHeaders.WORKER, instance.id());
        return out;
    }

    /** The headers of {@link #frame} but the worker's. */
    public static void writeLaneHeaders(
            Headers headers, ReplyTo to, String messageId, int attempt, String kind) {
        put(headers, LaneHeaders.EPOCH, Integer.toString(to.epoch()));
        put(headers, LaneHeaders.MESSAGE, messageId);
        put(headers, LaneHeaders.ATTEMPT, Integer.toString(attempt));
        put(headers, LaneHeaders.KIND, kind);
    }

    /** For example {@code dev.parley.MessageSubmitted.v1}. */
    public static String typeOf(PipelineEvent event) {
        return TYPE_PREFIX + event.getClass().getSimpleName() + TYPE_SUFFIX;
    }

    private static void put(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
