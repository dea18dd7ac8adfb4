/**
 * Tools behind MCP servers.
 *
 * <p>Servers and accepted tools come from the policy topic, which is read whole and followed; each
 * server has one connection, kept by a virtual thread of its own. What a server offers is published
 * to {@code parley.tools}, key server. What an answer may call is decided by the rules in its job
 * and by the accepted hashes, at the offer and again at the call; whatever is missing or cannot be
 * read denies. No token of a user comes here: a server has its own credential or none.
 */
@NullMarked
package dev.parley.worker.tool;

import org.jspecify.annotations.NullMarked;
