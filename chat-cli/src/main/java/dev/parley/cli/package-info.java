/**
 * The terminal client.
 *
 * <p>One thread, the caller of {@link dev.parley.cli.Chat#run}, owns the conversation and takes
 * {@link dev.parley.cli.Event}s from one bounded queue. Everything else only puts events there: the
 * link's reader (a thread of the HTTP client, or a virtual one for server-sent events), the reader
 * of the keyboard, and the handler of Ctrl-C. A full queue makes the link's reader wait, so a slow
 * terminal slows the connection down and costs no memory.
 */
@NullMarked
package dev.parley.cli;

import org.jspecify.annotations.NullMarked;
