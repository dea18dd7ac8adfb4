/**
 * Connections to MCP servers: the SDK's client over transports of our own, since the SDK's inherit
 * the whole environment, read messages of any length, follow no withdrawal of a call, and connect
 * to whatever address a name has by then.
 *
 * <p>Threads: one virtual thread keeps each connection; a transport reads on virtual threads of its
 * own.
 */
@NullMarked
package dev.parley.worker.tool.mcp;

import org.jspecify.annotations.NullMarked;
