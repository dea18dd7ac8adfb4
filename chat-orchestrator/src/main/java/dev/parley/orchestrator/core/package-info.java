/**
 * What is decided, and nothing of how it is carried: {@link Decider#decide} takes one user's state,
 * one trigger, the time and the policy, and answers with the next state and everything that is to
 * be published, in order. Free of Spring, Kafka, clocks, loggers and chance, so that deciding again
 * decides the same.
 *
 * <p>Owns the rules of limits, rights, holds, idempotency, branches and terminals. Threads: none; a
 * caller decides for one user at a time. Everything here is immutable but {@link Work}, which lives
 * for one decision.
 */
@NullMarked
package dev.parley.orchestrator.core;

import org.jspecify.annotations.NullMarked;
