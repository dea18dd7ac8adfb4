package dev.parley.gateway.lane;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which records of one session's lane are its answers' frames. Of one message
 *
 * <ol>
 *   <li>a record of an attempt lower than the highest seen is a lost worker's, and ignored;
 *   <li>of two workers that have the same attempt, the one whose record came first is followed, and
 *       the other's records are ignored;
 *   <li>after the first {@code done} or {@code error} everything is ignored;
 *   <li>that end itself is never ignored for its attempt: only the orchestrator writes it, after it
 *       has settled which attempt counts.
 * </ol>
 *
 * Every reader of a lane that sees the same records comes to the same result, so a resume on
 * another gateway goes on exactly. Not thread-safe.
 */
public final class AnswerFilter {

    /** Ended messages that are remembered, so that late records of theirs stay ignored. */
    private static final int ENDED_MAX = 64;

    /** Null until the first record: idle sessions are many. */
    private @Nullable LinkedHashMap<String, Answer> answers;

    private int ended;

    /** Of messages that were submitted again: ends up to this offset are of the time before. */
    private @Nullable Map<String, Long> reopenedAt;

    private static final class Answer {
        final long firstOffset;
        int attempt;
        String worker;
        boolean ended;

        Answer(long firstOffset, int attempt, String worker) {
            this.firstOffset = firstOffset;
            this.attempt = attempt;
            this.worker = worker;
        }

        boolean isOfAnother(int itsAttempt, String itsWorker) {
            return itsAttempt < attempt || itsAttempt == attempt && !itsWorker.equals(worker);
        }
    }

    /**
     * Whether the client gets it; records come in the order of the lane.
     *
     * @param worker who wrote it; empty for the orchestrator
     */
    public boolean passes(long offset, String messageId, int attempt, String worker, String kind) {
        if (reopenedAt != null && offset <= reopenedAt.getOrDefault(messageId, -1L)) {
            return true;
        }
        boolean end = isEnd(kind);
        Answer answer = open(messageId, offset, attempt, worker);
        if (answer.ended || !end && answer.isOfAnother(attempt, worker)) {
            return false;
        }
        if (attempt > answer.attempt) {
            answer.attempt = attempt;
            answer.worker = worker;
        }
        if (end) {
            answer.ended = true;
            ended++;
            if (reopenedAt != null && reopenedAt.size() > ENDED_MAX) {
                reopenedAt.clear();
            }
            forgetOldest();
        }
        return true;
    }

    /** The message was submitted again: what comes after {@code offset} counts anew. */
    public void reopen(String messageId, long offset) {
        if (reopenedAt == null) {
            reopenedAt = new HashMap<>(2);
        }
        reopenedAt.put(messageId, offset);
        Answer answer = answers == null ? null : answers.remove(messageId);
        if (answer != null && answer.ended) {
            ended--;
        }
    }

    /** Where the message began, as far as records were seen; −1: none was. */
    public long firstOffset(String messageId) {
        Answer answer = answers == null ? null : answers.get(messageId);
        return answer == null ? -1 : answer.firstOffset;
    }

    /** Where the oldest unfinished message began; {@code otherwise} when all have ended. */
    public long unfinishedSince(long otherwise) {
        if (answers == null || answers.size() == ended) {
            return otherwise;
        }
        for (Answer answer : answers.values()) {
            if (!answer.ended) {
                return Math.min(answer.firstOffset, otherwise);
            }
        }
        return otherwise;
    }

    public static boolean isEnd(String kind) {
        return kind.equals("done") || kind.equals("error");
    }

    private Answer open(String messageId, long offset, int attempt, String worker) {
        if (answers == null) {
            answers = new LinkedHashMap<>(4);
        }
        return answers.computeIfAbsent(messageId, id -> new Answer(offset, attempt, worker));
    }

    private void forgetOldest() {
        if (ended <= ENDED_MAX || answers == null) {
            return;
        }
        Iterator<Map.Entry<String, Answer>> all = answers.entrySet().iterator();
        while (ended > ENDED_MAX && all.hasNext()) {
            if (all.next().getValue().ended) {
                all.remove();
                ended--;
            }
        }
    }
}
