package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ReplyTo;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The frame that ends a message, made from its outcome whenever it is told. */
final class Terminal {

    private Terminal() {}

    static Emitted.Frame frame(
            ReplyTo to,
            String messageId,
            @Nullable String clientMsgId,
            Outcome outcome,
            ServerFrame.@Nullable Usage usage) {
        ServerFrame frame;
        if (outcome.result() != null) {
            frame = new ServerFrame.Done(messageId, outcome.result(), usage);
        } else {
            ErrorCode code = Objects.requireNonNull(outcome.code());
            frame =
                    new ServerFrame.Failure(
                            messageId,
                            clientMsgId,
                            Objects.requireNonNull(outcome.error()),
                            code,
                            code.retryable(),
                            outcome.retryAfterS(),
                            outcome.partial().isEmpty() ? null : true,
                            outcome.limit());
        }
        return new Emitted.Frame(to, messageId, Emitted.TERMINAL_ATTEMPT, frame);
    }

    /** For a session that saw none of it: the text in one piece, then the end. */
    static List<Emitted.Frame> whole(
            ReplyTo to,
            String messageId,
            @Nullable String clientMsgId,
            Outcome outcome,
            ServerFrame.@Nullable Usage usage) {
        List<Emitted.Frame> frames = new ArrayList<>();
        if (!outcome.shown().isEmpty()) {
            frames.add(
                    new Emitted.Frame(
                            to,
                            messageId,
                            Emitted.TERMINAL_ATTEMPT,
                            new ServerFrame.Token(messageId, 0, outcome.shown())));
        }
        frames.add(frame(to, messageId, clientMsgId, outcome, usage));
        return frames;
    }
}
