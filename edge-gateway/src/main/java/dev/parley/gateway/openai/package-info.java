/**
 * The OpenAI-compatible entrance: chat completions, streamed or whole, and the list of models,
 * under the same identity, limits and record as every other message. A request holds one virtual
 * thread while its answer runs, and is a session of its own with a single message.
 */
@NullMarked
package dev.parley.gateway.openai;

import org.jspecify.annotations.NullMarked;
