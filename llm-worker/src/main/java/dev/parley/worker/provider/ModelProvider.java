package dev.parley.worker.provider;

/** Something that can have an answer made: an HTTP service, or the built-in demonstration. */
public interface ModelProvider {

    /** For metrics and checkpoints, for example {@code openai}. */
    String name();

    /** Whether a request for this model may come here. */
    boolean serves(String model);

    /**
     * The answer's stream. Does no I/O: the connection is made by the first {@link
     * ModelStream#next()}, so that closing works from the first moment on.
     */
    ModelStream open(ModelRequest request);
}
