/**
 * One attempt at one answer: from the provider's stream to the lane, and its end to the results.
 *
 * <p>Threads: an {@link AnswerRun} lives on a virtual thread of its own; acknowledgements of the
 * broker come on the producer's thread, which must not wait. Keys: lane records by session, results
 * by user.
 */
@NullMarked
package dev.parley.worker.answer;

import org.jspecify.annotations.NullMarked;
