package dev.parley.bench.load;

import dev.parley.bench.provider.Answer;
import dev.parley.bench.provider.AnswerText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One question and everything that came back. Times are {@link System#nanoTime()}, 0 while not
 * known.
 */
public final class Exchange {

    /** How an exchange stands. */
    public enum Outcome {
        RUNNING,
        DONE,
        ERROR,
        /** The connection ended before the terminal. */
        CUT
    }

    private final Answer answer;
    private final String user;
    private final StringBuilder text = new StringBuilder();
    private final List<String> faults = new ArrayList<>();
    private Outcome outcome = Outcome.RUNNING;
    private @Nullable String messageId;
    private @Nullable String conversationId;
    private @Nullable String detail;
    private long sentNanos;
    private long acceptedNanos;
    private long firstTokenNanos;
    private long endNanos;
    private long nextSeq;
    private int terminals;
    private int tokensSeen;
    private int charsOfTokensSeen;

    Exchange(Answer answer, String user) {
        this.answer = answer;
        this.user = user;
    }

    public Answer answer() {
        return answer;
    }

    public String user() {
        return user;
    }

    public Outcome outcome() {
        return outcome;
    }

    public @Nullable String messageId() {
        return messageId;
    }

    public @Nullable String conversationId() {
        return conversationId;
    }

    /** The error's code and text, or why the connection ended. */
    public @Nullable String detail() {
        return detail;
    }

    /** What contradicts the contract, each in a few words; empty when all is well. */
    public List<String> faults() {
        return faults;
    }

    public String text() {
        return text.toString();
    }

    /** Frames that carried text. */
    public long frames() {
        return nextSeq;
    }

    public long sentNanos() {
        return sentNanos;
    }

    public long toAcceptedNanos() {
        return acceptedNanos - sentNanos;
    }

    public boolean hasFirstToken() {
        return firstTokenNanos != 0;
    }

    public long toFirstTokenNanos() {
        return firstTokenNanos - sentNanos;
    }

    /** From the question to the terminal. */
    public long toEndNanos() {
        return endNanos - sentNanos;
    }

    public long endNanos() {
        return endNanos;
    }

    void sent(long atNanos) {
        sentNanos = atNanos;
    }

    void accepted(String messageId, @Nullable String conversationId, long atNanos) {
        if (acceptedNanos != 0 && !messageId.equals(this.messageId)) {
            faults.add("accepted twice, with two message ids");
        }
        this.messageId = messageId;
        this.conversationId = conversationId;
        acceptedNanos = atNanos;
    }

    /**
     * A frame with text came.
     *
     * @param tokenPath told, of each token that is now whole, the nanoseconds since it left the
     *     provider
     */
    void token(long seq, String piece, long atNanos, LongConsumer tokenPath) {
        if (outcome != Outcome.RUNNING) {
            faults.add("a token after the terminal");
            return;
        }
        if (seq != nextSeq) {
            faults.add("seq " + seq + " where " + nextSeq + " was due");
        }
        nextSeq = seq + 1;
        if (piece.isEmpty()) {
            return;
        }
        if (firstTokenNanos == 0) {
            firstTokenNanos = atNanos;
        }
        text.append(piece);
        String id = answer.plan().id();
        while (tokensSeen < answer.plan().tokens()) {
            int end = charsOfTokensSeen + AnswerText.token(id, tokensSeen).length();
            if (end > text.length()) {
                return;
            }
            long left = answer.leftNanos(tokensSeen);
            if (left != 0) {
                tokenPath.accept(atNanos - left);
            }
            charsOfTokensSeen = end;
            tokensSeen++;
        }
    }

    /** A worker was lost; the first {@code keep} characters stand. */
    void restarted(int keep) {
        if (keep > text.length()) {
            faults.add("restart keeps " + keep + " of " + text.length() + " characters");
            return;
        }
        text.setLength(keep);
        tokensSeen = 0;
        charsOfTokensSeen = 0;
        String id = answer.plan().id();
        while (tokensSeen < answer.plan().tokens()) {
            int end = charsOfTokensSeen + AnswerText.token(id, tokensSeen).length();
            if (end > keep) {
                return;
            }
            charsOfTokensSeen = end;
            tokensSeen++;
        }
    }

    /** {@code done} came with this answer. */
    void done(String stored, long atNanos) {
        if (!terminal(Outcome.DONE, atNanos)) {
            return;
        }
        if (!stored.contentEquals(text)) {
            faults.add("the joined tokens differ from result.answer");
        }
        if (!stored.equals(expected())) {
            faults.add("result.answer differs from what the provider sent");
        }
    }

    void failed(String reason, long atNanos) {
        if (terminal(Outcome.ERROR, atNanos)) {
            detail = reason;
        }
    }

    void cut(String reason, long atNanos) {
        if (outcome == Outcome.RUNNING) {
            outcome = Outcome.CUT;
            endNanos = atNanos;
            detail = reason;
        }
    }

    /** What the provider was planned to say. */
    public String expected() {
        return AnswerText.joined(answer.plan().id(), answer.plan().tokens());
    }

    private boolean terminal(Outcome how, long atNanos) {
        terminals++;
        if (terminals > 1) {
            faults.add("terminal number " + terminals);
            return false;
        }
        if (messageId == null && how == Outcome.DONE) {
            faults.add("done without accepted");
        }
        outcome = how;
        endNanos = atNanos;
        return true;
    }
}
