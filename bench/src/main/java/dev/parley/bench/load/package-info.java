/**
 * The load: users that ask and read answers, over the chat's WebSocket or straight from the
 * provider.
 *
 * <p>Owns {@link dev.parley.bench.load.Stream} and its two ways, the signed tokens of made-up
 * users, and {@link dev.parley.bench.load.Exchange}: one question with everything that came back,
 * from which times are measured and promises are checked.
 *
 * <p>Threads: one event loop carries all streams and is the only one that changes an exchange; it
 * is handed on, by its future, once it has ended.
 */
@NullMarked
package dev.parley.bench.load;

import org.jspecify.annotations.NullMarked;
