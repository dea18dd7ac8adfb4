/**
 * Takes jobs from the share group {@code parley-workers}, one slot for each answer that may run.
 *
 * <p>A {@link org.apache.kafka.clients.consumer.KafkaShareConsumer} fetches nothing new while it
 * holds a record: in explicit mode every record must be answered before the next poll, and a
 * renewed one comes back first. One consumer for many jobs would make the jobs wait for one
 * another, so each slot has its own; the topic has one partition, so that every idle slot can have
 * every job.
 *
 * <p>Threads: a slot is a virtual thread and alone touches its consumer; the answer runs on another
 * one, while the slot renews the lock. Poison goes to the dead-letter topic.
 */
@NullMarked
package dev.parley.worker.intake;

import org.jspecify.annotations.NullMarked;
