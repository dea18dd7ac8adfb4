package dev.parley.worker.provider;

/**
 * An answer as it is made. One thread reads; {@link #close()} may come from any thread and ends a
 * {@code next()} that waits.
 */
public interface ModelStream extends AutoCloseable {

    /**
     * The next event, waiting for it. {@link StreamEvent.Finished} is the last one, and comes only
     * when the provider said that it finished; every other end is an exception.
     *
     * @throws ProviderException when the provider failed, was silent too long, cut its stream, or
     *     when this stream was closed
     */
    StreamEvent next() throws ProviderException;

    /** Drops the connection to the provider, without waiting. Idempotent. */
    @Override
    void close();
}
