/**
 * Any service with OpenAI's chat completions, by a thin client: the JDK's HTTP client, a reader of
 * server-sent events that works on the received bytes, and a streaming JSON parser.
 *
 * <p>Threads: the HTTP client hands bytes over on its own threads; parsing is done by the thread
 * that reads the stream.
 */
@NullMarked
package dev.parley.worker.provider.openai;

import org.jspecify.annotations.NullMarked;
