package dev.parley.bench.provider;

import dev.parley.bench.net.Connection;
import dev.parley.bench.net.EventLoop;
import java.nio.ByteBuffer;

/**
 * An answer on its way. Moments are counted from the first token, so that a late timer delays its
 * own token and none after it.
 */
final class StreamedAnswer {

    private final EventLoop loop;
    private final Connection connection;
    private final Answer answer;
    private final int tokens;
    private final byte[] closing;
    private long startNanos;
    private int next;

    StreamedAnswer(
            EventLoop loop, Connection connection, Answer answer, int tokens, byte[] closing) {
        this.loop = loop;
        this.connection = connection;
        this.answer = answer;
        this.tokens = tokens;
        this.closing = closing;
    }

    void start() {
        startNanos = System.nanoTime();
        AnswerPlan plan = answer.plan();
        int due = plan.tokensPerSecond() == 0 ? tokens : 1;
        ByteBuffer opening = CompletionChunks.opening(plan.id(), due, extra(due));
        send(opening, due, startNanos);
        scheduleNext();
    }

    private void scheduleNext() {
        if (next < tokens && connection.isOpen()) {
            loop.at(startNanos + answer.plan().offsetNanos(next), this::goOn);
        }
    }

    private void goOn() {
        if (!connection.isOpen()) {
            return;
        }
        long now = System.nanoTime();
        int due = next + 1;
        while (due < tokens && startNanos + answer.plan().offsetNanos(due) - now <= 0) {
            due++;
        }
        String id = answer.plan().id();
        send(CompletionChunks.allocate(extra(due), id, next, due), due, now);
        scheduleNext();
    }

    private int extra(int due) {
        return due == tokens ? closing.length : 0;
    }

    private void send(ByteBuffer buffer, int due, long nowNanos) {
        String id = answer.plan().id();
        for (int i = next; i < due; i++) {
            buffer.put(CompletionChunks.token(id, i));
            answer.left(i, nowNanos);
        }
        next = due;
        if (next == tokens) {
            buffer.put(closing);
        }
        connection.write(buffer.flip());
    }
}
