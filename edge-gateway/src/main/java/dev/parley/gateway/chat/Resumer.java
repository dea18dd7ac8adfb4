package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.lane.Cursor;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Brings a client back to its session: reads the log up to now, sees whether everything after the
 * cursor is still there, and takes the session over by a record of the log, so that of two gateways
 * only one delivers.
 */
@Component
final class Resumer {

    private static final Logger LOG = LoggerFactory.getLogger(Resumer.class);

    private final Parts parts;
    private final LaneEnds laneEnds;

    Resumer(Parts parts, LaneEnds laneEnds) {
        this.parts = parts;
        this.laneEnds = laneEnds;
    }

    /** How it went. */
    sealed interface Outcome {}

    record Resumed(ChatSession session) implements Outcome {}

    /** The session is unknown, another's, or over, or frames after the cursor are gone. */
    record Expired() implements Outcome {}

    /** It could not be known in time; the client may ask again. */
    record Late() implements Outcome {}

    /** Never fails. {@code kept} is called before the client hears anything. */
    CompletableFuture<Outcome> resume(
            Identity identity,
            Transport transport,
            Resume.Request request,
            Consumer<ChatSession> kept,
            Consumer<ChatSession> ended) {
        // Whoever sets it decides what the client hears: the session, or that it was too late.
        AtomicBoolean decided = new AtomicBoolean();
        Opening opening = new Opening(identity, transport, kept, ended, decided);
        return find(identity, request)
                .thenCompose(found ->
                        found == null
                                ? CompletableFuture.<Outcome>completedFuture(new Expired())
                                : attach(opening, found))
                .orTimeout(
                        parts.limits().connection().resumeTimeout().toMillis(),
                        TimeUnit.MILLISECONDS)
                .handle((outcome, failure) -> {
                    Outcome told =
                            failure == null || !decided.compareAndSet(false, true)
                                    ? outcome == null ? new Late() : outcome
                                    : new Late();
                    if (failure != null) {
                        LOG.warn("a session was not resumed in time: {}", failure.toString());
                    }
                    parts.here().meters().cameBack(word(told));
                    return told;
                });
    }

    private static String word(Outcome outcome) {
        return switch (outcome) {
            case Resumed _ -> "resumed";
            case Expired _ -> "expired";
            case Late _ -> "late";
        };
    }

    private record Opening(
            Identity identity,
            Transport transport,
            Consumer<ChatSession> kept,
            Consumer<ChatSession> ended,
            AtomicBoolean decided) {}

    /**
     * @param laneEnd up to where the lane was written when the session was looked up
     */
    private record Found(SessionState state, Cursor cursor, long laneEnd) {}

    private CompletableFuture<@org.jspecify.annotations.Nullable Found> find(
            Identity identity, Resume.Request request) {
        return parts.sessionLog()
                .catchUp()
                .thenCompose(read -> {
                    SessionState state =
                            parts.sessionLog().directory().session(request.sessionId());
                    Cursor cursor =
                            Resume.from(
                                    state,
                                    identity.userId(),
                                    request.cursor(),
                                    parts.here().clock().instant(),
                                    parts.limits().gateway().resumeWindow());
                    if (state == null || cursor == null) {
                        return CompletableFuture.completedFuture(null);
                    }
                    return laneEnds.holding(state.lease(), cursor)
                            .thenApply(end ->
                                    end.isPresent()
                                            ? new Found(state, cursor, end.getAsLong())
                                            : null);
                });
    }

    private CompletableFuture<Outcome> attach(Opening opening, Found found) {
        SessionState state = found.state();
        ChatSession session =
                new ChatSession(
                        parts,
                        opening.transport(),
                        opening.identity(),
                        new SessionKey(
                                state.sessionId(),
                                state.conversationId(),
                                connectionId(),
                                state.generation() + 1),
                        opening.ended());
        session.restore(state, found.cursor(), found.laneEnd());
        return parts.sessionLog()
                .appendAndApply(session.asState(Step.ATTACH))
                .thenApply(applied -> {
                    if (!opening.decided().compareAndSet(false, true)) {
                        // The client was told otherwise: nobody has the session now.
                        session.record(Step.DETACH);
                        return new Late();
                    }
                    opening.kept().accept(session);
                    SessionState now = parts.sessionLog().directory().session(state.sessionId());
                    session.open(
                            new Greeting(
                                    true,
                                    null,
                                    List.of(),
                                    Pulse.first(
                                            System.nanoTime(),
                                            parts.limits().connection().heartbeat())));
                    if (now == null || !now.connection().equals(session.connection())) {
                        session.takenOver();
                    }
                    return new Resumed(session);
                });
    }

    static String connectionId() {
        return Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
    }
}
