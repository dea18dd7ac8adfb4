package dev.parley.audit.ingest;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where records go that can never be stored. */
@FunctionalInterface
interface PoisonBin {

    void put(ConsumerRecord<String, byte[]> poison, String reason);
}
