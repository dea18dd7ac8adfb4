/**
 * The chat orchestrator: decides for one user at a time what may run, keeps the account of it, and
 * writes the record. This package starts it; {@code core} decides, {@code stream} carries, {@code
 * policy} says by what rules, {@code admin} changes these, {@code web} answers who asks.
 */
@NullMarked
package dev.parley.orchestrator;

import org.jspecify.annotations.NullMarked;
