package dev.parley.cli;

import dev.parley.schemas.frame.ServerFrame;

/** Where a conversation shows. */
interface Screen {

    /** Every frame as it came, before anything else is shown of it. */
    default void frame(String text) {}

    /** A piece of the answer. */
    void piece(String text);

    /** Another worker took over; {@code kept} is what stands of the text so far. */
    void restarted(String kept);

    /** The answer is complete. */
    void done(ServerFrame.AnswerResult result);

    /** An error, in plain words. */
    void error(String line);

    /** Something the person may want to know. */
    void note(String line);

    /** Output that was asked for, of a command. */
    void reply(String line);

    /** The next line may be typed. */
    default void prompt() {}
}
