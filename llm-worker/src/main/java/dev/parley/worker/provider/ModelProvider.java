package dev.parley.worker.provider;

import java.util.List;

/** Something that can have an answer made: an HTTP service, or the built-in demonstration. */
public interface ModelProvider {

    /** As routes of the policy, metrics and checkpoints name it, for example {@code main}. */
    String name();

    /** Whether a request for this model may come here. */
    boolean serves(String model);

    /**
     * How exactly the configuration names the model for this provider, −1 when not at all; the most
     * exact one gets a model for which the policy has no routes.
     */
    default int exactness(String model) {
        return serves(model) ? Integer.MAX_VALUE : -1;
    }

    /** Whether it goes on from {@link ModelRequest#started} as if it had said it itself. */
    default boolean continues(String model) {
        return false;
    }

    /** Names of models to choose from, as far as they are known; never waits. */
    default List<String> models() {
        return List.of();
    }

    /**
     * The answer's stream. Does no I/O: the connection is made by the first {@link
     * ModelStream#next()}, so that closing works from the first moment on.
     */
    ModelStream open(ModelRequest request);
}
