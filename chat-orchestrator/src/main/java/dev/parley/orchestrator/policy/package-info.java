/**
 * Where the policy comes from: a file, checked whole before any of it counts, goes to the compacted
 * topic, and every instance reads that topic whole; with a database the file is only the first
 * policy, and what is in the topic comes from the {@code admin} package. Here are also the shapes
 * that file and REST calls share. Key of the topic: {@code role/NAME}, {@code user/NAME}, {@code
 * team/NAME}, {@code mcp-server/NAME}, {@code model/NAME}, {@code block/USER}, {@code
 * accepted-tools/SERVER}, {@code welcome/default}.
 *
 * <p>Threads: one reader of the topic; the snapshot it makes is read from any.
 */
@NullMarked
package dev.parley.orchestrator.policy;

import org.jspecify.annotations.NullMarked;
