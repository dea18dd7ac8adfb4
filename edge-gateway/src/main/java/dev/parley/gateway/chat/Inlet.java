package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.lane.Cursor;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ClientFrameReader;
import dev.parley.schemas.frame.ClientFrameReader.BadFrameException;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.RequestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a client sends on one connection; called by one thread at a time. */
public final class Inlet {

    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();
    private static final long SECOND_NANOS = Duration.ofSeconds(1).toNanos();

    private final Parts parts;
    private final ChatSession session;
    private final String entrance;

    /** When the last bad frames came, a ring; null until the first. */
    private long @Nullable [] badFrames;

    private int badFrameCount;
    private long secondStart = System.nanoTime();
    private int framesInSecond;

    Inlet(Parts parts, ChatSession session, String entrance) {
        this.parts = parts;
        this.session = session;
        this.entrance = entrance;
    }

    /** One frame, whatever it is. */
    public void receive(byte[] utf8) {
        session.heard();
        if (isFlood()) {
            session.close(CloseCode.BAD_FRAMES);
            return;
        }
        try {
            take(ClientFrameReader.read(utf8));
        } catch (BadFrameException e) {
            session.failed(e.code(), String.valueOf(e.getMessage()), e.clientMsgId());
            if (isOneTooMany()) {
                session.close(CloseCode.BAD_FRAMES);
            }
        }
    }

    /** The client gave a sign of life. */
    public void heard() {
        session.heard();
    }

    /** The one message of this connection, which ends with its answer. */
    public void only(ClientFrame.Message message) {
        message(message, null, session.now(), true);
    }

    /** A frame that was read already; returns the id of the message that it makes, if any. */
    public @Nullable String take(ClientFrame frame) {
        Instant now = session.now();
        switch (frame) {
            case ClientFrame.Message message -> {
                return message(message, null, now, false);
            }
            case ClientFrame.Stop stop ->
                    session.request(to ->
                            new RequestEvent.StopRequested(stop.messageId(), caller(), to, now));
            case ClientFrame.Approve approve ->
                    session.request(to ->
                            new RequestEvent.ApprovalGiven(
                                    approve.callId(), approve.approved(), caller(), to, now));
            case ClientFrame.Regenerate again -> {
                return regenerate(again, now);
            }
            case ClientFrame.Edit edit -> {
                return edit(edit, now);
            }
            case ClientFrame.Auth auth -> renew(auth);
            case ClientFrame.Ack ack -> acknowledge(ack);
            case ClientFrame.Ping _ -> session.send(new ServerFrame.Pong());
        }
        return null;
    }

    /** Submits a message and returns its id; {@code only}: the connection ends with its answer. */
    public String message(
            ClientFrame.Message message,
            @Nullable List<ChatMessage> context,
            Instant now,
            boolean only) {
        String idempotencyKey =
                message.clientMsgId() == null
                        ? UUID.randomUUID().toString()
                        : message.clientMsgId();
        String messageId = MessageIds.of(caller().id(), idempotencyKey);
        if (only) {
            session.endAfter(messageId);
        }
        String home = session.conversationId();
        String conversation = message.conversationId() == null ? home : message.conversationId();
        session.submit(
                new Draft(
                        messageId,
                        message.clientMsgId(),
                        conversation,
                        message.text().hashCode() | 1,
                        to ->
                                new RequestEvent.MessageSubmitted(
                                        messageId,
                                        message.clientMsgId(),
                                        conversation,
                                        home,
                                        message.text(),
                                        message.model(),
                                        message.maxTokens(),
                                        message.temperature(),
                                        context,
                                        entrance,
                                        caller(),
                                        to,
                                        now)));
        return messageId;
    }

    private String regenerate(ClientFrame.Regenerate again, Instant now) {
        String messageId = UUID.randomUUID().toString();
        String home = session.conversationId();
        session.submit(
                new Draft(
                        messageId,
                        null,
                        home,
                        0,
                        to ->
                                new RequestEvent.RegenerateRequested(
                                        messageId, again.messageId(), home, caller(), to, now)));
        return messageId;
    }

    private String edit(ClientFrame.Edit edit, Instant now) {
        String messageId = UUID.randomUUID().toString();
        String home = session.conversationId();
        session.submit(
                new Draft(
                        messageId,
                        null,
                        home,
                        0,
                        to ->
                                new RequestEvent.EditRequested(
                                        messageId,
                                        edit.messageId(),
                                        edit.text(),
                                        home,
                                        caller(),
                                        to,
                                        now)));
        return messageId;
    }

    private void renew(ClientFrame.Auth auth) {
        try {
            Identity fresh = parts.access().byToken(auth.token());
            if (!fresh.userId().equals(caller().id())) {
                session.failed(ErrorCode.FORBIDDEN, "The token is another user's.", null);
            } else if (fresh.expiresAt().isBefore(session.identity().expiresAt())) {
                session.failed(
                        ErrorCode.UNAUTHENTICATED, "The token is older than the known one.", null);
            } else {
                session.renew(fresh);
            }
        } catch (RefusedException e) {
            session.failed(e.code(), e.detail(), null);
        }
    }

    private void acknowledge(ClientFrame.Ack ack) {
        if (Cursor.parse(ack.cursor()) == null) {
            session.failed(ErrorCode.BAD_FRAME, "\"cursor\" is none of ours.", null);
        }
    }

    private dev.parley.schemas.record.Caller caller() {
        return session.identity().caller();
    }

    private boolean isOneTooMany() {
        int max = parts.limits().connection().badFramesMax();
        if (badFrames == null) {
            badFrames = new long[max];
        }
        long now = System.nanoTime();
        int slot = badFrameCount++ % max;
        badFrames[slot] = now;
        return badFrameCount >= max && now - badFrames[badFrameCount % max] < MINUTE_NANOS;
    }

    private boolean isFlood() {
        long now = System.nanoTime();
        if (now - secondStart > SECOND_NANOS) {
            secondStart = now;
            framesInSecond = 0;
        }
        return ++framesInSecond > parts.limits().connection().framesPerSecondMax();
    }
}
