package dev.parley.bench.net;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** What a connection's owner is told; always on the loop's thread. */
public interface Handler {

    /** The connection stands and can be written to. */
    void opened(Connection connection);

    /**
     * Bytes came.
     *
     * @param bytes valid during the call alone
     * @param atNanos {@link System#nanoTime()} right after they were read
     */
    void received(ByteBuffer bytes, long atNanos);

    /** The connection ended, or never stood. Called once. */
    void closed(@Nullable Throwable reason);
}
