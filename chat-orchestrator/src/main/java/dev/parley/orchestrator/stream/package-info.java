/**
 * Carries decisions: the Kafka Streams application that reads requests and results of one user in
 * one task, decides, and writes state and publications in one transaction.
 *
 * <p>Threads: everything of a task runs on its stream thread; queries read the store from others.
 * The policy and the known lanes are read from any thread.
 *
 * <p>Key layout of the one store ({@link dev.parley.orchestrator.stream.StateKeys}; a single store
 * and so a single changelog, since each partition written costs its part of every commit). {@code
 * |} stands for the character U+0000, which no id contains:
 *
 * <pre>
 *   u|user                   UserState
 *   c|user|conversation      Conversation
 *   m|user|message           Message
 *   h|user|conversation      head of the conversation's chain; never evicted
 *   k|user                   PersonKey, the data key wrapped
 *   d|user|message           Deadline of a running answer, the index that is read at a task's start
 * </pre>
 */
@NullMarked
package dev.parley.orchestrator.stream;

import org.jspecify.annotations.NullMarked;
