/**
 * The audit service: the record in PostgreSQL, and everything that reads it.
 *
 * <p>{@code ingest} writes what the log holds, {@code search} fills the word index behind it,
 * {@code history} answers users about themselves, {@code inspection} answers auditors about
 * everybody, {@code usage} sums charges by day, {@code keeping} erases, holds and drops, {@code
 * exports} and {@code imports} move whole conversations, {@code live} sends checkpoints as they
 * happen, {@code people} knows what the policy says of who asks, {@code vault} opens sealed texts,
 * {@code store} owns schema and tables, {@code web} the manner of answering.
 *
 * <p>Threads: one platform thread for each ingest reader, one for the indexer, one that brings the
 * schema up, one each for sums, keeping, exports, the policy and the live feed; requests and live
 * readers run on virtual threads.
 */
@NullMarked
package dev.parley.audit;

import org.jspecify.annotations.NullMarked;
