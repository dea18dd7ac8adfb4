/**
 * The policy as this worker has read it: topic {@code parley.policy}, key subject, read whole on
 * one thread without a group.
 */
@NullMarked
package dev.parley.worker.policy;

import org.jspecify.annotations.NullMarked;
