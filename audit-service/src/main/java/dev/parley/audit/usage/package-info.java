/**
 * Sums of charges by day, filled behind the insert path by one thread. A charge is summed when what
 * became of its message is stored; until then the questions count it by itself, so that no answer
 * waits for the sums.
 */
@NullMarked
package dev.parley.audit.usage;

import org.jspecify.annotations.NullMarked;
