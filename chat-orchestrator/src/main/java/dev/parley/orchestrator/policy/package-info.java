/**
 * Where the policy comes from: a file, checked whole before any of it counts, goes to the compacted
 * topic, and every instance reads that topic whole. Key of the topic: {@code role/NAME}, {@code
 * user/NAME}, {@code team/NAME}, {@code mcp-server/NAME}, {@code model/NAME}, {@code block/USER}.
 *
 * <p>Threads: one reader of the topic; the snapshot it makes is read from any.
 */
@NullMarked
package dev.parley.orchestrator.policy;

import org.jspecify.annotations.NullMarked;
