/**
 * Checks on what a user asks and on what a model answers. Off unless configured. A check runs on
 * the answer's own thread; text of an answer is held back until it has been checked.
 */
@NullMarked
package dev.parley.worker.guard;

import org.jspecify.annotations.NullMarked;
