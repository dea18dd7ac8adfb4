/** Checkpoints of a message's way, published without waiting. */
@NullMarked
package dev.parley.autoconfigure.flow;

import org.jspecify.annotations.NullMarked;
