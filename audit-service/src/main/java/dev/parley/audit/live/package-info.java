/**
 * What is sent as it happens: lines to readers, over a WebSocket or server-sent events, each with a
 * bounded queue and a virtual thread of its own; and the feed of checkpoints, one thread that reads
 * the flow topic from its end while anybody listens.
 */
@NullMarked
package dev.parley.audit.live;

import org.jspecify.annotations.NullMarked;
