package dev.parley.gateway.chat;

import dev.parley.gateway.log.SessionLogEntry.Pending;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a session that still matter: running ones, and the last ended ones. Guarded by
 * its session.
 */
final class Submissions {

    /** Ended messages that are remembered. */
    private static final int ENDED_MAX = 32;

    /** Messages that another gateway would have to know. */
    private static final int PENDING_MAX = 64;

    private @Nullable LinkedHashMap<String, Submission> byId;
    private long count;

    /** Messages of the session so far, on all its connections. */
    long count() {
        return count;
    }

    /** Goes on from what another connection of the session recorded. */
    void restore(List<Pending> pending, long submitted, long known) {
        count = submitted;
        for (Pending p : pending) {
            Submission submission = new Submission(p);
            submission.accepted = p.number() <= known;
            map().put(p.messageId(), submission);
        }
    }

    @Nullable Submission get(String messageId) {
        return byId == null ? null : byId.get(messageId);
    }

    /**
     * Takes a message in.
     *
     * @param since offset of the lane before which records of this message are of an earlier
     *     submission; 0: it was never submitted before
     */
    Submission add(Draft draft, long since) {
        Submission submission = new Submission(++count, since, draft);
        map().remove(draft.messageId());
        map().put(draft.messageId(), submission);
        return submission;
    }

    void end(String messageId) {
        Submission submission = get(messageId);
        if (submission != null) {
            submission.ended = true;
            forgetOldest();
        }
    }

    boolean anyRuns() {
        return byId != null && byId.values().stream().anyMatch(s -> !s.ended);
    }

    List<Pending> pending() {
        if (byId == null) {
            return List.of();
        }
        List<Pending> pending = new ArrayList<>();
        for (Submission s : byId.values()) {
            if (!s.ended) {
                pending.add(
                        new Pending(
                                s.number, s.messageId, s.clientMsgId, s.conversationId, s.since));
            }
        }
        int surplus = pending.size() - PENDING_MAX;
        return surplus > 0 ? pending.subList(surplus, pending.size()) : pending;
    }

    private LinkedHashMap<String, Submission> map() {
        if (byId == null) {
            byId = new LinkedHashMap<>(4);
        }
        return byId;
    }

    private void forgetOldest() {
        if (byId == null) {
            return;
        }
        long ended = byId.values().stream().filter(s -> s.ended).count();
        Iterator<Submission> all = byId.values().iterator();
        while (ended > ENDED_MAX && all.hasNext()) {
            if (all.next().ended) {
                all.remove();
                ended--;
            }
        }
    }
}
