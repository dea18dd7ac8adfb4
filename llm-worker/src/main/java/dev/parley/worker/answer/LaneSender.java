package dev.parley.worker.answer;

import java.util.function.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Puts records on lanes, in the order of the calls. */
@FunctionalInterface
public interface LaneSender {

    /**
     * Sends without waiting for the broker.
     *
     * @param onAcknowledged called once on the producer's thread: with null, or with why the record
     *     is not in the log
     */
    void send(ProducerRecord<String, byte[]> record, Consumer<@Nullable Exception> onAcknowledged);
}
