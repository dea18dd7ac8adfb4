/**
 * Anthropic's Messages API through Spring AI. One stream is read by one thread; a thread of Spring
 * AI's feeds it, and closing cancels the HTTP call itself, since disposing of the flux alone would
 * leave the connection to a read that waits.
 */
@NullMarked
package dev.parley.worker.provider.anthropic;

import org.jspecify.annotations.NullMarked;
