package dev.parley.worker.provider;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Calls again after a passing failure, as long as no text came: what the user has seen is never
 * begun anew by a retry.
 */
public final class RetryingStream implements ModelStream {

    /**
     * @param retriesMax further calls after the first
     * @param backoff first pause, doubled with each retry, of which a random part is waited
     * @param backoffMax longest pause; a provider that asks for a longer one is not called again
     */
    public record Policy(int retriesMax, Duration backoff, Duration backoffMax) {}

    private final Supplier<ModelStream> opener;
    private final Policy policy;
    private final RandomGenerator random;
    private final Consumer<ProviderException> onRetry;
    private final CountDownLatch closed = new CountDownLatch(1);

    private volatile @Nullable ModelStream current;
    private boolean textCame;
    private int retries;

    public RetryingStream(
            Supplier<ModelStream> opener,
            Policy policy,
            RandomGenerator random,
            Consumer<ProviderException> onRetry) {
        this.opener = opener;
        this.policy = policy;
        this.random = random;
        this.onRetry = onRetry;
    }

    @Override
    public StreamEvent next() throws ProviderException {
        while (true) {
            try {
                StreamEvent event = stream().next();
                textCame |= !(event instanceof StreamEvent.Usage);
                return event;
            } catch (ProviderException e) {
                Duration pause = pauseAfter(e);
                if (pause == null || isClosedWithin(pause)) {
                    throw e;
                }
                retries++;
                onRetry.accept(e);
                stream().close();
                current = null;
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        ModelStream open = current;
        if (open != null) {
            open.close();
        }
    }

    private ModelStream stream() throws ProviderException {
        ModelStream open = current;
        if (open == null) {
            open = opener.get();
            current = open;
            // A close that came meanwhile saw no stream to close.
            if (closed.getCount() == 0) {
                open.close();
                throw ProviderException.incomplete(null);
            }
        }
        return open;
    }

    /** How long to wait before another call; null when there is to be none. */
    private @Nullable Duration pauseAfter(ProviderException failure) {
        if (textCame || !failure.worthRetrying() || retries >= policy.retriesMax()) {
            return null;
        }
        Duration asked = failure.retryAfter();
        if (asked != null) {
            return asked.compareTo(policy.backoffMax()) > 0 ? null : asked;
        }
        long ceiling =
                Math.min(policy.backoff().toMillis() << retries, policy.backoffMax().toMillis());
        return Duration.ofMillis(random.nextLong(Math.max(0, ceiling) + 1));
    }

    private boolean isClosedWithin(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
