/**
 * One connection's life, whatever its transport: opening and resuming a session, what the client
 * sends, what it gets, and the end. A {@link dev.parley.gateway.chat.ChatSession} is entered by the
 * socket's thread, the lane reader, the producer's thread and the timer; its lock is held for
 * bookkeeping alone, never while waiting.
 */
@NullMarked
package dev.parley.gateway.chat;

import org.jspecify.annotations.NullMarked;
