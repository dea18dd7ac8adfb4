package dev.parley.gateway.chat;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What a session publishes. The first message leases a lane; {@code accepted} follows the broker's
 * acknowledgement. Guarded by its session.
 */
final class Uplink {

    private final Parts parts;
    private final ChatSession session;
    private final LanePlace place;
    private final Submissions submissions;

    /** Requests that wait for the broker. */
    private int publishes;

    Uplink(Parts parts, ChatSession session, LanePlace place, Submissions submissions) {
        this.parts = parts;
        this.session = session;
        this.place = place;
        this.submissions = submissions;
    }

    boolean isIdle() {
        return publishes == 0;
    }

    /** Publishes; the client gets {@code accepted} when the broker has it. */
    void submit(Draft draft) {
        RequestEvent event;
        CompletableFuture<?> recorded;
        synchronized (session) {
            if (!session.isLive()) {
                return;
            }
            Submission before = submissions.get(draft.messageId());
            if (before != null && before.textHash != 0 && before.textHash != draft.textHash()) {
                session.failed(
                        ErrorCode.CONFLICT,
                        "This client_msg_id was used for another text.",
                        draft.clientMsgId());
                return;
            }
            if (!mayPublish(draft.clientMsgId())) {
                return;
            }
            if (before != null && before.ended) {
                place.reopen(draft.messageId());
            }
            submissions.add(draft, before != null && before.ended ? place.next() : 0);
            event = draft.request().to(replyTo());
            recorded = session.record(Step.UPDATE).exceptionally(e -> null);
        }
        parts.lanes().reader().wake(session);
        parts.requests()
                .publish(event)
                .thenCombine(recorded, (a, b) -> true)
                .whenComplete((ok, failure) -> published(draft, event, failure));
    }

    private void published(Draft draft, RequestEvent event, @Nullable Throwable failure) {
        synchronized (session) {
            publishes--;
            if (failure == null) {
                session.accept(draft.messageId());
            } else {
                session.failed(
                        ErrorCode.UNAVAILABLE,
                        "The message could not be stored; send it again.",
                        draft.clientMsgId());
                session.endsWith(draft.messageId());
            }
        }
        if (failure == null) {
            parts.requests()
                    .received(
                            event.receivedAt(),
                            new FlowRecorder.Of(
                                    draft.messageId(), draft.conversationId(), event.caller().id()),
                            session.transport().entrance());
        }
    }

    /** Publishes what is no message: a stop, an approval. */
    void request(Draft.RequestOf request) {
        RequestEvent event;
        synchronized (session) {
            if (!session.isLive() || !mayPublish(null)) {
                return;
            }
            event = request.to(replyTo());
        }
        parts.lanes().reader().wake(session);
        parts.requests()
                .publish(event)
                .whenComplete((ok, failure) -> {
                    synchronized (session) {
                        publishes--;
                        if (failure != null) {
                            session.failed(
                                    ErrorCode.UNAVAILABLE,
                                    "The request could not be stored; send it again.",
                                    null);
                        }
                    }
                });
    }

    /** The user may not go on: what still runs for this session is stopped. */
    void stopAll() {
        if (!place.isLeased()) {
            return;
        }
        ReplyTo to = replyTo();
        submissions
                .pending()
                .forEach(running ->
                        parts.requests()
                                .publish(
                                        new RequestEvent.StopRequested(
                                                running.messageId(),
                                                session.identity().caller(),
                                                to,
                                                session.now())));
    }

    private boolean mayPublish(@Nullable String clientMsgId) {
        if (publishes >= parts.limits().connection().publishesMax()) {
            session.send(
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
        if (!place.isLeased()) {
            LaneLease fresh = parts.lanes().pool().lease();
            if (fresh == null) {
                session.failed(
                        ErrorCode.UNAVAILABLE, "No reply lane is ready; try again.", clientMsgId);
                return false;
            }
            place.take(fresh);
            parts.lanes().reader().join(session, fresh.startOffset(), fresh.startOffset());
        }
        session.laneUsed();
        publishes++;
        return true;
    }

    private ReplyTo replyTo() {
        return new ReplyTo(session.sessionId(), place.lease().lane(), place.lease().epoch());
    }
}
