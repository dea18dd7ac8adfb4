package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.lane.AnswerFilter;
import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.lane.LaneFrame;
import dev.parley.gateway.lane.LaneTenant;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
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
 * Frames of the lane go out in the lane's order. What the client publishes is {@link Uplink}, where
 * the session stands in its lane {@link LanePlace}, what waits for the socket {@link Outbox}.
 */
public final class ChatSession implements LaneTenant {

    private static final Logger LOG = LoggerFactory.getLogger(ChatSession.class);

    enum State {
        OPENING,
        LIVE,
        CLOSING,
        CLOSED
    }

    private final Parts parts;
    private final Transport transport;
    private final SessionKey key;
    private final Consumer<ChatSession> ended;
    private final Outbox outbox;
    private final Pulse pulse = new Pulse();
    private final LanePlace place = new LanePlace();
    private final Submissions submissions = new Submissions();
    private final Uplink uplink;

    // Guarded by this.
    private final HeldProof proof;
    private State state = State.OPENING;
    private long acceptedShown;
    private boolean takenOver;
    private long closingSinceNanos;
    private @Nullable String onlyMessage;

    private volatile long laneNanos = System.nanoTime();

    ChatSession(
            Parts parts,
            Transport transport,
            Identity identity,
            SessionKey key,
            Consumer<ChatSession> ended) {
        this.parts = parts;
        this.transport = transport;
        this.proof = new HeldProof(identity);
        this.key = key;
        this.ended = ended;
        this.uplink = new Uplink(parts, this, place, submissions);
        this.outbox =
                new Outbox(
                        transport, parts.limits().connection().queueBytesMax(), this::overflowed);
    }

    // ---- Opening ---------------------------------------------------------------------------

    /**
     * Takes over what another connection of the session left.
     *
     * @param laneEnd up to where its lane was written then
     */
    synchronized void restore(SessionState from, Cursor cursor, long laneEnd) {
        submissions.restore(from.pending(), from.acceptedCount(), cursor.accepted());
        acceptedShown = cursor.accepted();
        place.restore(from, cursor, laneEnd);
        outbox.restore(place.shiftsBefore());
    }

    /** The connection begins: {@code welcome}, then whatever was missed. */
    void open(Greeting greeting) {
        synchronized (this) {
            if (state != State.OPENING) {
                return;
            }
            state = State.LIVE;
            pulse.start(greeting.firstBeatNanos());
            Cursor position = place.shownCursor(acceptedShown);
            ServerFrame.Welcome welcome = greeting.frame(parts, proof.identity(), key);
            outbox.offer(WaitingFrame.of("welcome", null, welcome, position));
            greeting.approvals().forEach(this::send);
            if (place.isLeased()) {
                parts.lanes().reader().join(this, place.next(), place.writtenTo());
            }
        }
        tick(System.nanoTime());
    }

    /** The connection is for one answer alone and ends with it. */
    synchronized void endAfter(String messageId) {
        onlyMessage = messageId;
    }

    // ---- From the client -------------------------------------------------------------------

    void heard() {
        pulse.heard();
    }

    void submit(Draft draft) {
        uplink.submit(draft);
    }

    void request(Draft.RequestOf request) {
        uplink.request(request);
    }

    /** Frames are to come by the lane. */
    void laneUsed() {
        laneNanos = System.nanoTime();
    }

    /** Goes on with a fresh token of the same user, or with the role that counts from now on. */
    synchronized void renew(Identity fresh) {
        proof.renew(fresh);
    }

    // ---- To the client ---------------------------------------------------------------------

    @Override
    public void deliver(LaneFrame frame) {
        synchronized (this) {
            if (state != State.LIVE) {
                return;
            }
            laneUsed();
            String id = frame.messageId();
            switch (place.fate(frame)) {
                case IGNORED -> {
                    return;
                }
                case KNOWN -> {
                    Submission submission = submissions.get(id);
                    if (submission != null) {
                        submission.accepted = true;
                    }
                    outbox.learn(id, place.firstOffset(id));
                    place.passed(frame);
                }
                case FRESH -> {
                    outbox.allRead();
                    // A frame of the answer proves that the broker has the message. The cursor of
                    // its "accepted" still stands before the frame.
                    accept(id);
                    place.passed(frame);
                    outbox.offer(
                            WaitingFrame.ofLane(
                                    frame.kind(),
                                    id,
                                    frame.json(),
                                    place.cursor(acceptedShown),
                                    place.firstOffset(id)));
                }
            }
            if (AnswerFilter.isEnd(frame.kind())) {
                endsWith(id);
            }
        }
    }

    /** The broker has the message. */
    void accept(String messageId) {
        Submission submission = submissions.get(messageId);
        if (submission == null || submission.accepted) {
            return;
        }
        submission.accepted = true;
        acceptedShown = Math.max(acceptedShown, submission.number);
        outbox.offer(
                WaitingFrame.of(
                        "accepted",
                        messageId,
                        new ServerFrame.Accepted(
                                submission.clientMsgId, messageId, submission.conversationId),
                        place.shownCursor(acceptedShown)));
    }

    /** The message has had its end. */
    void endsWith(String messageId) {
        submissions.end(messageId);
        if (messageId.equals(onlyMessage)) {
            closing(CloseCode.NORMAL, "answered");
        }
    }

    @Override
    public synchronized void lost() {
        failed(ErrorCode.RESUME_EXPIRED, "Frames of this session are gone.", null);
    }

    /** Sends a frame of the gateway's own. */
    void send(ServerFrame frame) {
        outbox.offer(WaitingFrame.of("", frame));
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
            switch (proof.at(now())) {
                case EXPIRED -> {
                    closing(CloseCode.TOKEN_EXPIRED, "token expired");
                    return;
                }
                case EXPIRING -> send(new ServerFrame.AuthExpiring(proof.identity().expiresAt()));
                case VALID -> {}
            }
            releaseQuietLane(nowNanos);
        }
        pulse.beat(nowNanos, transport, parts.limits().connection());
    }

    /** While an answer runs, its worker knows no other lane than this. */
    private void releaseQuietLane(long nowNanos) {
        if (place.isLeased()
                && uplink.isIdle()
                && !submissions.anyRuns()
                && nowNanos - laneNanos > parts.limits().gateway().resumeWindow().toNanos()) {
            parts.lanes().reader().leave(this);
            place.giveBack();
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

    /** The user may not go on: running answers are stopped, the connection ends. */
    synchronized void revoke(CloseCode code) {
        uplink.stopAll();
        closing(code, code.reason());
    }

    /** Ends the connection after what was sent before. */
    public synchronized void close(CloseCode code) {
        closing(code, code.reason());
    }

    private void overflowed() {
        parts.here().meters().tooSlow();
        close(CloseCode.TOO_SLOW);
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
            if (place.isLeased()) {
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
                proof.identity().userId(),
                key.conversationId(),
                parts.here().instance().id(),
                key.connection(),
                key.generation(),
                step,
                place.isLeased() ? place.lease() : null,
                place.released(),
                submissions.count(),
                submissions.pending(),
                now());
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
        return place.lease();
    }

    @Override
    public synchronized boolean awaitsFrames() {
        return submissions.anyRuns();
    }

    public synchronized Identity identity() {
        return proof.identity();
    }

    synchronized boolean isLive() {
        return state == State.LIVE;
    }

    /** It ends with its one answer, and cannot be resumed. */
    boolean isUnresumable() {
        return !transport.isResumable();
    }

    Transport transport() {
        return transport;
    }

    public Instant now() {
        return parts.here().clock().instant();
    }
}
