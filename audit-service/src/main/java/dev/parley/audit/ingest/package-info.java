/**
 * From the log into PostgreSQL: batches by COPY, each in one transaction with the offsets that it
 * moves. Every reader is one thread that owns its consumer; what it holds is bounded by one poll.
 * Kafka keys: conversation (turns), message (flow), user (keys).
 */
@NullMarked
package dev.parley.audit.ingest;

import org.jspecify.annotations.NullMarked;
