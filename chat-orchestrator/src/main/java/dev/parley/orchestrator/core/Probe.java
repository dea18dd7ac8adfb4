package dev.parley.orchestrator.core;

/** Told when a step of a decision is over, so that a caller with a clock can time it. */
@FunctionalInterface
public interface Probe {

    Probe NONE = step -> {};

    void passed(String step);
}
