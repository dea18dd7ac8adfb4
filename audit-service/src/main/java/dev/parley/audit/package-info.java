/**
 * The audit service: the record in PostgreSQL, and everything that reads it.
 *
 * <p>{@code ingest} writes what the log holds, {@code search} fills the word index behind it,
 * {@code history} answers users about themselves, {@code inspection} answers auditors about
 * everybody, {@code vault} opens sealed texts, {@code store} owns schema and tables, {@code web}
 * the manner of answering.
 *
 * <p>Threads: one platform thread for each ingest reader, one for the indexer, one that brings the
 * schema up; requests run on virtual threads.
 */
@NullMarked
package dev.parley.audit;

import org.jspecify.annotations.NullMarked;
