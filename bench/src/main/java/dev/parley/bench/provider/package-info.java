/**
 * A model provider that answers at once, or at a stated pace, with text that is known in advance.
 *
 * <p>Owns what an answer will be ({@link dev.parley.bench.provider.AnswerPlan}, {@link
 * dev.parley.bench.provider.AnswerText}), the record of when each token left ({@link
 * dev.parley.bench.provider.Answer}), and the OpenAI-compatible entrance. The plan travels in the
 * text of the user's message, so that it survives any pipeline that hands the text on, and the
 * provider can run in a process of its own.
 *
 * <p>Threads: the provider's event loop writes {@link dev.parley.bench.provider.Answer}; readers on
 * other threads see each moment no later than the bytes that it belongs to.
 */
@NullMarked
package dev.parley.bench.provider;

import org.jspecify.annotations.NullMarked;
