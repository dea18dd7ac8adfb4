/**
 * Stops that reach every worker: topic {@code parley.control}, key message id, read on one thread
 * without a group. A stop may come before its job, or to a worker that never gets it.
 */
@NullMarked
package dev.parley.worker.stop;

import org.jspecify.annotations.NullMarked;
