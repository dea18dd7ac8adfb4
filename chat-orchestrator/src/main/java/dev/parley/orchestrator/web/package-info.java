/**
 * Answers callers about themselves, from the state of whichever instance has it. Threads: the web
 * server's; state is only read.
 */
@NullMarked
package dev.parley.orchestrator.web;

import org.jspecify.annotations.NullMarked;
