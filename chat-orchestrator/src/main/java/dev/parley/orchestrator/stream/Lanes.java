package dev.parley.orchestrator.stream;

/** Which lanes exist; a frame to one that does not would block its stream thread. */
@FunctionalInterface
public interface Lanes {

    boolean exists(int lane);
}
