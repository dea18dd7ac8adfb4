/**
 * Recomputes every balance from the record and compares it with what the orchestrators keep. Reads
 * {@code parley.turns} and the changelog of the users' state, writes nothing. Threads: the
 * caller's.
 */
@NullMarked
package dev.parley.orchestrator.ledger;

import org.jspecify.annotations.NullMarked;
