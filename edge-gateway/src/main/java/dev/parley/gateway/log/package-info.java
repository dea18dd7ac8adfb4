/**
 * What gateways tell one another: the compacted, totally ordered topic {@code parley.sessions},
 * read whole by each of them into a {@link dev.parley.gateway.log.Directory}. Disputes are settled
 * by the order of the log, so nobody waits for anybody.
 *
 * <p>Keys: {@code session/ID}, {@code gateway/ID} (sign of life), {@code block/N/GATEWAY} (claim of
 * lanes), {@code ticket/HASH} and {@code ticket-use/HASH}. One thread reads; any thread appends.
 */
@NullMarked
package dev.parley.gateway.log;

import org.jspecify.annotations.NullMarked;
