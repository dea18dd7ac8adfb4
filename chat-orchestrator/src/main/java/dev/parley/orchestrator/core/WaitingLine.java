package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.ReplyTo;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Messages that wait: for an answer of their user to end, in the order in which they came, or for
 * their team's account. What waits holds nothing and is decided anew when its turn comes.
 */
final class WaitingLine {

    /** Of one user that wait for the team's account at the same time. */
    static final int TEAM_WAITING_MAX = 64;

    /** Of messages whose user is forgotten. */
    static final Refusal ERASED =
            Refusal.of(Checkpoint.USAGE_CHECK, ErrorCode.NOT_FOUND, "The conversation was erased.");

    private static final long RETRY_SOON_S = 1;

    private final DeciderSettings settings;
    private final Work work;
    private final Instant now;

    WaitingLine(DeciderSettings settings, Work work, Instant now) {
        this.settings = settings;
        this.work = work;
        this.now = now;
    }

    /**
     * Puts a message at the end of the line, or leaves it in its place; false when it may not wait:
     * for anything but an answer's end, with a maximum of no answers at all, or behind as many as
     * may wait.
     */
    boolean joins(Refusal refusal, Ask ask, @Nullable Waiting waited) {
        if (refusal.code() != ErrorCode.CONCURRENCY_LIMIT
                || refusal.limit() == null
                || refusal.limit().max().signum() == 0) {
            return false;
        }
        if (waited != null && waited.cause() == Waiting.Cause.ANSWER) {
            return true;
        }
        int place = work.user().inLine().size() + 1;
        if (place > settings.queue().messagesMax()) {
            return false;
        }
        await(ask, waited, Waiting.Cause.ANSWER);
        work.emit(
                new Emitted.Step(
                        ask.messageId(),
                        ask.recordedIn(),
                        Checkpoint.QUEUED,
                        "ok",
                        Map.of("place", Integer.toString(place))));
        tellPlace(java.util.Objects.requireNonNull(work.user().waiting(ask.messageId())), place);
        return true;
    }

    /** Whether others came first and still wait. */
    boolean isBehindOthers(Ask ask) {
        List<Waiting> line = work.user().inLine();
        return !line.isEmpty() && !line.getFirst().messageId().equals(ask.messageId());
    }

    /** The refusal of a message that could only wait. */
    Refusal full(Limits limits) {
        BigDecimal max = limits.max(LimitName.CONCURRENT_ANSWERS);
        BigDecimal running = BigDecimal.valueOf(work.user().running().size());
        return new Refusal(
                Checkpoint.USAGE_CHECK,
                ErrorCode.CONCURRENCY_LIMIT,
                "You have as many answers running as you may; wait until one ends.",
                new ServerFrame.LimitState(
                        LimitName.CONCURRENT_ANSWERS.wire(),
                        running,
                        max == null ? running : max,
                        null),
                RETRY_SOON_S);
    }

    /** The message waits for its team's account; a refusal when too many do. */
    @Nullable Refusal awaitTeam(Ask ask, @Nullable Waiting waited) {
        long others =
                work.user().waiting().stream()
                        .filter(w -> w.cause() == Waiting.Cause.TEAM)
                        .filter(w -> !w.messageId().equals(ask.messageId()))
                        .count();
        if (others >= TEAM_WAITING_MAX) {
            return new Refusal(
                    Checkpoint.USAGE_CHECK,
                    ErrorCode.OVERLOADED,
                    "Too many messages wait for the budget of your team.",
                    null,
                    RETRY_SOON_S);
        }
        await(ask, waited, Waiting.Cause.TEAM);
        return null;
    }

    /** Takes in whoever can be taken in, in order, and tells the others their new places. */
    void advance(Admission admission) {
        int before = work.user().inLine().size();
        for (Waiting first : work.user().inLine()) {
            if (admission.again(first) && isInLine(first)) {
                break;
            }
        }
        List<Waiting> rest = work.user().inLine();
        if (rest.size() < before) {
            for (int i = 0; i < rest.size(); i++) {
                tellPlace(rest.get(i), i + 1);
            }
        }
    }

    /** The refusal of a message that has waited as long as it may. */
    Refusal tooLong(Waiting waiting, Limits limits) {
        return waiting.cause() == Waiting.Cause.ANSWER
                ? full(limits)
                : new Refusal(
                        Checkpoint.USAGE_CHECK,
                        ErrorCode.UNAVAILABLE,
                        "The budget of your team cannot be read right now; try again.",
                        null,
                        RETRY_SOON_S);
    }

    private boolean isInLine(Waiting message) {
        Waiting now = work.user().waiting(message.messageId());
        return now != null && now.cause() == Waiting.Cause.ANSWER;
    }

    private void await(Ask ask, @Nullable Waiting waited, Waiting.Cause cause) {
        String conversationId = ask.recordedIn();
        work.user(
                work.user()
                        .await(
                                new Waiting(
                                        ask.request(),
                                        cause,
                                        waited == null
                                                ? List.of(ask.replyTo())
                                                : waited.recipients(),
                                        waited == null ? now : waited.since(),
                                        now.plus(
                                                cause == Waiting.Cause.ANSWER
                                                        ? settings.queue().waitMax()
                                                        : settings.queue().teamWaitMax()))));
        work.put(Conversation.known(work, conversationId, now).touched(now), settings.retention());
        work.put(Message.of(ask, conversationId, work.message(ask.messageId()), null));
    }

    private void tellPlace(Waiting message, int place) {
        for (ReplyTo recipient : message.recipients()) {
            work.tell(
                    recipient,
                    new ServerFrame.Warning(
                            "As many answers run as you may have at once. This message is number "
                                    + place
                                    + " in line and goes on when one of them ends.",
                            message.messageId()));
        }
    }
}
