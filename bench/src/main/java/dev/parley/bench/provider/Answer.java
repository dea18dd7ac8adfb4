package dev.parley.bench.provider;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** One planned answer, and when each of its tokens left the provider. */
public final class Answer {

    private final AnswerPlan plan;
    private final AtomicLongArray leftNanos;
    private final AtomicInteger calls = new AtomicInteger();

    public Answer(AnswerPlan plan) {
        this.plan = plan;
        this.leftNanos = new AtomicLongArray(plan.tokens());
    }

    public AnswerPlan plan() {
        return plan;
    }

    /**
     * {@link System#nanoTime()} at which token {@code index} was handed to the socket; 0: not yet.
     */
    public long leftNanos(int index) {
        return leftNanos.get(index);
    }

    /** How often the provider was asked for it. */
    public int calls() {
        return calls.get();
    }

    void called() {
        calls.incrementAndGet();
    }

    void left(int index, long atNanos) {
        leftNanos.setOpaque(index, atNanos);
    }
}
