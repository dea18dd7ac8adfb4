/**
 * Sockets for the load side: one thread with a selector carries hundreds of streams, so that the
 * generator takes as little as possible of the cores that it measures on.
 *
 * <p>Owns the event loop, its connections, and the wire forms that both ends need: HTTP heads,
 * chunked bodies and WebSocket frames. Everything but {@link
 * dev.parley.bench.net.EventLoop#execute} and {@link dev.parley.bench.net.EventLoop#at} is called
 * on the loop's own thread, and so are all handlers.
 */
@NullMarked
package dev.parley.bench.net;

import org.jspecify.annotations.NullMarked;
