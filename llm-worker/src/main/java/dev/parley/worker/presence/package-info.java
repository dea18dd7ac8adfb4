/**
 * Tells the others that this worker lives and how its providers do: topic {@code parley.workers},
 * key worker, a record a second from one thread.
 */
@NullMarked
package dev.parley.worker.presence;

import org.jspecify.annotations.NullMarked;
