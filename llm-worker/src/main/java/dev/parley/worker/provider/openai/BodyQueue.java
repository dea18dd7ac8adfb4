package dev.parley.worker.provider.openai;

import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A response's body as it arrives, read by one thread with a time-out and dropped by any. The
 * service is asked for a few parts ahead and no more, so a slow reader slows the service.
 */
final class BodyQueue implements BodySubscriber<BodyQueue> {

    private static final int PARTS_AHEAD = 8;

    /** What a read finds. */
    sealed interface Part {
        record Bytes(List<ByteBuffer> buffers) implements Part {}

        /** The service ended the body. */
        record End() implements Part {}

        /** The connection failed. */
        record Broken(Throwable cause) implements Part {}

        /** This side dropped the connection. */
        record Dropped() implements Part {}
    }

    private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean dropped;
    private volatile boolean over;

    /** The next part; null when none came in time. */
    @Nullable Part poll(long timeoutNanos) throws InterruptedException {
        Part part = parts.poll(timeoutNanos, TimeUnit.NANOSECONDS);
        Flow.Subscription open = subscription;
        if (part instanceof Part.Bytes && open != null) {
            open.request(1);
        }
        return part;
    }

    /** Whether nothing more can come, so that there is nothing to close. */
    boolean isOver() {
        return over;
    }

    /** Closes the connection. */
    void drop() {
        dropped = true;
        Flow.Subscription open = subscription;
        if (open != null) {
            open.cancel();
        }
        parts.add(new Part.Dropped());
    }

    @Override
    public CompletionStage<BodyQueue> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription open) {
        subscription = open;
        if (dropped) {
            open.cancel();
        } else {
            open.request(PARTS_AHEAD);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        parts.add(new Part.Bytes(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        over = true;
        parts.add(new Part.Broken(cause));
    }

    @Override
    public void onComplete() {
        over = true;
        parts.add(new Part.End());
    }
}
