package dev.parley.gateway.chat;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.lane.AnswerFilter;
import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.lane.LaneFrame;
import dev.parley.gateway.lane.LaneTenant;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A session while a connection has it.
 *
 * <pre>
 * OPENING --opened--> LIVE --close, expiry, taken over, drain--> CLOSING --line ended--> CLOSED
 *    |                  |                                                                  ^
 *    +------------------+-----------------line ended--------------------------------------+
 * </pre>
 *
 * Frames of the lane go out in the lane's order. {@code processed} is the lane's offset up to which
 * everything was given to the client or rightly kept from it; every cursor is made of it.
 */
public final class ChatSession implements LaneTenant {

    private static final Logger LOG = LoggerFactory.getLogger(ChatSession.class);
    private static final LaneLease NO_LEASE = new LaneLease(-1, 0, 0);

    enum State {
        OPENING,
        LIVE,
        CLOSING,
        CLOSED
    }

    private final Parts parts;
    private final Transport transport;
    private final Outbox outbox;
    private final SessionKey key;
    private final Consumer<ChatSession> ended;
    private final Submissions submissions = new Submissions();
    private final AnswerFilter filter = new AnswerFilter();

    // Guarded by this.
    private Identity identity;
    private State state = State.OPENING;
    private @Nullable LaneLease released;
    private long processed = -1;

    /** Up to here the client had everything before this connection. */
    private long shownBefore = -1;

    private long acceptedShown;
    private boolean takenOver;
    private boolean expiringSaid;
    private int publishes;
    private long closingSinceNanos;
    private @Nullable String onlyMessage;

    private volatile LaneLease lease = NO_LEASE;
    private volatile long heardNanos = System.nanoTime();
    private volatile long laneNanos = System.nanoTime();
    private volatile long nextBeatNanos;

    /**
     * What a session is known by.
     *
     * @param connection this connection of it
     * @param generation counts its connections
     */
    record SessionKey(String sessionId, String conversationId, String connection, int generation) {}

    ChatSession(
            Parts parts,
            Transport transport,
            Identity identity,
            SessionKey key,
            Consumer<ChatSession> ended) {
        this.parts = parts;
        this.transport = transport;
        this.identity = identity;
        this.key = key;
        this.ended = ended;
        this.outbox =
                new Outbox(
                        transport,
                        parts.limits().connection().queueBytesMax(),
                        () -> close(CloseCode.TOO_SLOW));
    }

    // ---- Opening ---------------------------------------------------------------------------

    /** Takes over what another connection of the session left. */
    synchronized void restore(SessionState from, Cursor cursor) {
        submissions.restore(from.pending(), from.acceptedCount(), cursor.accepted());
        acceptedShown = cursor.accepted();
        released = from.released();
        if (from.lease() != null) {
            lease = from.lease();
            boolean here = isOf(cursor, lease);
            shownBefore = here ? cursor.offset() : lease.startOffset() - 1;
            processed = Math.max(lease.startOffset() - 1, shownBefore - cursorBack(cursor, here));
        }
    }

    private static long cursorBack(Cursor cursor, boolean here) {
        return here ? cursor.back() + Resume.LOOK_BACK : 0;
    }

    static boolean isOf(Cursor cursor, @Nullable LaneLease lease) {
        return lease != null && cursor.lane() == lease.lane() && cursor.epoch() == lease.epoch();
    }

    /** The connection begins: {@code welcome}, then whatever was missed. */
    void open(Greeting greeting) {
        synchronized (this) {
            if (state != State.OPENING) {
                return;
            }
            state = State.LIVE;
            nextBeatNanos = greeting.firstBeatNanos();
            ServerFrame.Welcome welcome =
                    new ServerFrame.Welcome(
                            parts.access().welcome(identity),
                            key.sessionId(),
                            key.conversationId(),
                            new ServerFrame.User(
                                    identity.userId(),
                                    identity.caller().name(),
                                    identity.caller().role()),
                            greeting.usage(),
                            parts.access().models(identity),
                            shownCursor().text(),
                            greeting.resumed(),
                            (int) parts.limits().connection().heartbeat().toSeconds(),
                            identity.expiresAt());
            outbox.offer(
                    new OutFrame("welcome", null, Json.writeText(welcome), shownCursor().text()));
            if (lease != NO_LEASE) {
                parts.lanes().reader().join(this, processed + 1);
            }
        }
        tick(System.nanoTime());
    }

    /** What is said to a client at first. */
    record Greeting(boolean resumed, ServerFrame.@Nullable Usage usage, long firstBeatNanos) {}

    /** The connection is for one answer alone and ends with it. */
    synchronized void endAfter(String messageId) {
        onlyMessage = messageId;
    }

    // ---- From the client -------------------------------------------------------------------

    void heard() {
        heardNanos = System.nanoTime();
    }

    /** What is published for a message, once its id and its lane are known. */
    @FunctionalInterface
    interface RequestOf {
        RequestEvent to(ReplyTo replyTo);
    }

    /** A message to publish. */
    record Draft(
            String messageId,
            @Nullable String clientMsgId,
            String conversationId,
            int textHash,
            RequestOf request) {}

    /** Publishes; the client gets {@code accepted} when the broker has it. */
    void submit(Draft draft) {
        RequestEvent event;
        CompletableFuture<?> recorded;
        synchronized (this) {
            if (state != State.LIVE) {
                return;
            }
            Submission before = submissions.get(draft.messageId());
            if (before != null && before.textHash != 0 && before.textHash != draft.textHash()) {
                failed(
                        ErrorCode.CONFLICT,
                        "This client_msg_id was used for another text.",
                        draft.clientMsgId());
                return;
            }
            if (!mayPublish(draft.clientMsgId())) {
                return;
            }
            if (before != null && before.ended) {
                filter.reopen(draft.messageId());
            }
            submissions.add(
                    draft.messageId(),
                    draft.clientMsgId(),
                    draft.conversationId(),
                    draft.textHash());
            event = draft.request().to(replyTo());
            recorded = record(Step.UPDATE).exceptionally(e -> null);
        }
        parts.lanes().reader().wake(this);
        parts.requests()
                .publish(event)
                .thenCombine(recorded, (a, b) -> true)
                .whenComplete((ok, failure) -> published(draft, event, failure));
    }

    private void published(Draft draft, RequestEvent event, @Nullable Throwable failure) {
        synchronized (this) {
            publishes--;
            if (failure == null) {
                accept(draft.messageId());
            } else {
                failed(
                        ErrorCode.UNAVAILABLE,
                        "The message could not be stored; send it again.",
                        draft.clientMsgId());
                endsWith(draft.messageId());
            }
        }
        if (failure == null) {
            parts.requests()
                    .received(
                            event.receivedAt(),
                            new FlowRecorder.Of(
                                    draft.messageId(), draft.conversationId(), identity.userId()),
                            transport.entrance());
        }
    }

    /** Publishes what is no message: a stop, an approval. */
    void request(RequestOf request) {
        RequestEvent event;
        synchronized (this) {
            if (state != State.LIVE || !mayPublish(null)) {
                return;
            }
            event = request.to(replyTo());
        }
        parts.lanes().reader().wake(this);
        parts.requests()
                .publish(event)
                .whenComplete((ok, failure) -> {
                    synchronized (this) {
                        publishes--;
                        if (failure != null) {
                            failed(
                                    ErrorCode.UNAVAILABLE,
                                    "The request could not be stored; send it again.",
                                    null);
                        }
                    }
                });
    }

    private boolean mayPublish(@Nullable String clientMsgId) {
        if (publishes >= parts.limits().connection().publishesMax()) {
            send(
                    new ServerFrame.Failure(
                            null,
                            clientMsgId,
                            "Too many messages wait to be stored.",
                            ErrorCode.OVERLOADED,
                            true,
                            1L,
                            null,
                            null));
            return false;
        }
        if (lease == NO_LEASE) {
            LaneLease fresh = parts.lanes().pool().lease();
            if (fresh == null) {
                failed(ErrorCode.UNAVAILABLE, "No reply lane is ready; try again.", clientMsgId);
                return false;
            }
            lease = fresh;
            processed = fresh.startOffset() - 1;
            shownBefore = processed;
            parts.lanes().reader().join(this, fresh.startOffset());
        }
        laneNanos = System.nanoTime();
        publishes++;
        return true;
    }

    private ReplyTo replyTo() {
        return new ReplyTo(key.sessionId(), lease.lane(), lease.epoch());
    }

    /** Goes on with a fresh token of the same user. */
    synchronized void renew(Identity fresh) {
        identity = fresh;
        expiringSaid = false;
    }

    // ---- To the client ---------------------------------------------------------------------

    @Override
    public void deliver(LaneFrame frame) {
        synchronized (this) {
            if (state != State.LIVE || frame.offset() <= processed) {
                return;
            }
            laneNanos = System.nanoTime();
            String id = frame.messageId();
            if (!id.isEmpty()
                    && !filter.passes(frame.offset(), id, frame.attempt(), frame.kind())) {
                processed = frame.offset();
                return;
            }
            Submission submission = submissions.get(id);
            if (frame.offset() <= shownBefore) {
                processed = frame.offset();
                if (submission != null) {
                    submission.accepted = true;
                }
            } else {
                // A frame of the answer proves that the broker has the message. The cursor of its
                // "accepted" still stands before the frame.
                accept(id);
                processed = frame.offset();
                outbox.offer(OutFrame.fromLane(frame.kind(), id, frame.json(), cursor().text()));
            }
            if (AnswerFilter.isEnd(frame.kind())) {
                endsWith(id);
            }
        }
    }

    private void accept(String messageId) {
        Submission submission = submissions.get(messageId);
        if (submission == null || submission.accepted) {
            return;
        }
        submission.accepted = true;
        acceptedShown = Math.max(acceptedShown, submission.number);
        String json =
                Json.writeText(
                        new ServerFrame.Accepted(
                                submission.clientMsgId, messageId, submission.conversationId));
        outbox.offer(OutFrame.withCursor("accepted", messageId, json, shownCursor().text()));
    }

    private void endsWith(String messageId) {
        submissions.end(messageId);
        if (messageId.equals(onlyMessage)) {
            closing(CloseCode.NORMAL, "answered");
        }
    }

    @Override
    public void lost() {
        synchronized (this) {
            failed(ErrorCode.RESUME_EXPIRED, "Frames of this session are gone.", null);
        }
    }

    /** Sends a frame of the gateway's own. */
    void send(ServerFrame frame) {
        outbox.offer(OutFrame.of("", frame));
    }

    /** Sends an error that ends no message. */
    void failed(ErrorCode code, String text, @Nullable String clientMsgId) {
        send(
                new ServerFrame.Failure(
                        null, clientMsgId, text, code, code.retryable(), null, null, null));
        if (onlyMessage != null) {
            closing(CloseCode.NORMAL, "refused");
        }
    }

    /** Of the frame that is being delivered. */
    private Cursor cursor() {
        if (lease == NO_LEASE) {
            return released == null
                    ? new Cursor(-1, 0, -1, 0, acceptedShown)
                    : new Cursor(
                            released.lane(),
                            released.epoch(),
                            released.startOffset(),
                            0,
                            acceptedShown);
        }
        long since = filter.unfinishedSince(processed);
        return new Cursor(lease.lane(), lease.epoch(), processed, processed - since, acceptedShown);
    }

    /** While missed frames are still read again, the client's own position. */
    private Cursor shownCursor() {
        Cursor now = cursor();
        return lease == NO_LEASE || processed >= shownBefore
                ? now
                : new Cursor(
                        lease.lane(),
                        lease.epoch(),
                        shownBefore,
                        shownBefore - Math.min(shownBefore, processed),
                        acceptedShown);
    }

    // ---- Time ------------------------------------------------------------------------------

    /** Does what is due; called a few times a second. */
    void tick(long nowNanos) {
        synchronized (this) {
            if (state == State.CLOSING) {
                if (nowNanos - closingSinceNanos
                        > parts.limits().connection().closeTimeout().toNanos()) {
                    transport.abort();
                }
                return;
            }
            if (state != State.LIVE) {
                return;
            }
            Duration left = Duration.between(parts.here().clock().instant(), identity.expiresAt());
            if (!left.isPositive()) {
                closing(CloseCode.TOKEN_EXPIRED, "token expired");
                return;
            }
            if (!expiringSaid && left.compareTo(Registry.EXPIRY_NOTICE) <= 0) {
                expiringSaid = true;
                send(new ServerFrame.AuthExpiring(identity.expiresAt()));
            }
            releaseQuietLane(nowNanos);
        }
        beat(nowNanos);
    }

    private void beat(long nowNanos) {
        if (nowNanos - nextBeatNanos < 0) {
            return;
        }
        ConnectionSettings settings = parts.limits().connection();
        long deadAfter = settings.heartbeat().toNanos() * 2 + settings.pongTimeout().toNanos();
        if (transport.expectsAnswers() && nowNanos - heardNanos > deadAfter) {
            transport.abort();
            return;
        }
        nextBeatNanos =
                transport.expectsAnswers()
                        ? Registry.nextBeat(nowNanos, settings.heartbeat())
                        : nowNanos + settings.sseKeepAlive().toNanos();
        transport.beat();
    }

    private void releaseQuietLane(long nowNanos) {
        if (lease != NO_LEASE
                && publishes == 0
                && nowNanos - laneNanos > parts.limits().gateway().resumeWindow().toNanos()) {
            parts.lanes().reader().leave(this);
            released = new LaneLease(lease.lane(), lease.epoch(), processed);
            lease = NO_LEASE;
            record(Step.UPDATE);
        }
    }

    // ---- The end ---------------------------------------------------------------------------

    /** Another connection has the session now. */
    void takenOver() {
        synchronized (this) {
            takenOver = true;
            parts.lanes().reader().leave(this);
        }
        close(CloseCode.TAKEN_OVER);
    }

    /** Ends the connection after what was sent before. */
    public void close(CloseCode code) {
        synchronized (this) {
            closing(code, code.reason());
        }
    }

    private void closing(CloseCode code, String reason) {
        if (state == State.CLOSING || state == State.CLOSED) {
            return;
        }
        transition(State.CLOSING, reason);
        closingSinceNanos = System.nanoTime();
        if (code == CloseCode.TOO_SLOW) {
            outbox.stop();
            transport.close(code);
        } else {
            outbox.closeAfter(code);
        }
    }

    /** The line has ended, whoever ended it. */
    public void lineEnded() {
        synchronized (this) {
            if (state == State.CLOSED) {
                return;
            }
            transition(State.CLOSED, "line ended");
            outbox.stop();
            if (lease != NO_LEASE) {
                parts.lanes().reader().leave(this);
            }
            if (!takenOver) {
                record(Step.DETACH);
            }
        }
        ended.accept(this);
    }

    private void transition(State next, String reason) {
        LOG.debug("session {} {} -> {}: {}", key.sessionId(), state, next, reason);
        state = next;
    }

    // ---- The record ------------------------------------------------------------------------

    /** Tells the other gateways how the session stands. */
    CompletableFuture<Long> record(Step step) {
        return parts.sessionLog().append(asState(step));
    }

    synchronized SessionState asState(Step step) {
        return new SessionState(
                key.sessionId(),
                identity.userId(),
                key.conversationId(),
                parts.here().instance().id(),
                key.connection(),
                key.generation(),
                step,
                lease == NO_LEASE ? null : lease,
                released,
                submissions.count(),
                submissions.pending(),
                parts.here().clock().instant());
    }

    @Override
    public String sessionId() {
        return key.sessionId();
    }

    public String conversationId() {
        return key.conversationId();
    }

    String connection() {
        return key.connection();
    }

    @Override
    public LaneLease lease() {
        return lease;
    }

    @Override
    public synchronized boolean awaitsFrames() {
        return submissions.anyRuns()
                && System.nanoTime() - laneNanos
                        < parts.limits().gateway().resumeWindow().toNanos();
    }

    public synchronized Identity identity() {
        return identity;
    }

    synchronized boolean isLive() {
        return state == State.LIVE;
    }

    Transport transport() {
        return transport;
    }

    public Instant now() {
        return parts.here().clock().instant();
    }
}
