/**
 * The port to language models, and what holds for every provider: routing by model name, retries
 * before the first token, estimates of usage. A stream is read by one thread and may be closed by
 * any other.
 */
@NullMarked
package dev.parley.worker.provider;

import org.jspecify.annotations.NullMarked;
