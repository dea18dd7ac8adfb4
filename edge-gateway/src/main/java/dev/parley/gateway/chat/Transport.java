package dev.parley.gateway.chat;

import dev.parley.schemas.frame.CloseCode;

/** A client's end of the line. No method waits for the client. */
public interface Transport {

    /** As checkpoints and records name it: ws, sse or openai. */
    String entrance();

    /** The client's address as the network shows it; a proxy's where one stands between. */
    String address();

    /** Whether the session can go on after the line has ended. */
    default boolean isResumable() {
        return true;
    }

    /** Starts to write one frame; one at a time. */
    void write(OutFrame frame, Written written);

    /** A sign of life for the client and everything between. */
    void beat();

    /** Whether silence of the client means that it is gone. */
    boolean expectsAnswers();

    /** Ends the line in an orderly way. */
    void close(CloseCode code);

    /** Cuts it. */
    void abort();

    /** How a write ended. */
    @FunctionalInterface
    interface Written {
        void done(boolean success);
    }
}
