/**
 * What the workers say of themselves: topic {@code parley.workers}, key worker, read without a
 * group from a few seconds back on one thread, and kept in memory alone.
 */
@NullMarked
package dev.parley.orchestrator.workers;

import org.jspecify.annotations.NullMarked;
