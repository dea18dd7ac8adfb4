package dev.parley.worker.provider;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Goes over the routes of a model until one begins to answer, in rounds: within a round each route
 * is tried once, and after a round in which something may pass there is a pause. Once text has come
 * nothing is begun anew: what the user has seen stands.
 */
public final class RoutedStream implements ModelStream {

    /**
     * @param retriesMax further rounds after the first
     * @param backoff first pause, doubled with each round, of which a random part is waited
     * @param backoffMax longest pause; a provider that asks for a longer one is not called again
     */
    public record Policy(int retriesMax, Duration backoff, Duration backoffMax) {}

    private final List<ProviderHealth> routes;
    private final ModelRequest request;
    private final Policy policy;
    private final RandomGenerator random;
    private final BiConsumer<ModelProvider, ProviderException> onFailover;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** A call was allowed and its outcome is not told yet; whoever clears it tells it. */
    private final AtomicBoolean calling = new AtomicBoolean();

    private volatile @Nullable ModelStream current;
    private volatile ProviderHealth route;
    private int at;
    private int rounds;
    private boolean begun;
    private long calledNanos;
    private @Nullable ProviderException failure;
    private boolean worthAnotherRound;

    /**
     * @param routes in the order of preference; at least one
     * @param onFailover told of each failure after which another call follows
     */
    RoutedStream(
            List<ProviderHealth> routes,
            ModelRequest request,
            Policy policy,
            RandomGenerator random,
            BiConsumer<ModelProvider, ProviderException> onFailover) {
        this.routes = List.copyOf(routes);
        this.request = request;
        this.policy = policy;
        this.random = random;
        this.onFailover = onFailover;
        this.route = routes.getFirst();
    }

    /** The provider that is asked at this moment, and that answers once text has come. */
    public ModelProvider provider() {
        return route.provider();
    }

    @Override
    public StreamEvent next() throws ProviderException {
        while (true) {
            ModelStream open = current;
            if (open == null) {
                open = openNext();
            }
            try {
                StreamEvent event = open.next();
                if (!begun && !(event instanceof StreamEvent.Usage)) {
                    begun = true;
                    if (calling.compareAndSet(true, false)) {
                        route.answered(Duration.ofNanos(System.nanoTime() - calledNanos));
                    }
                }
                return event;
            } catch (ProviderException e) {
                if (begun) {
                    if (!isClosed()) {
                        route.noted(e);
                    }
                    throw e;
                }
                boolean mine = calling.compareAndSet(true, false);
                if (isClosed()) {
                    if (mine) {
                        route.abandoned();
                    }
                    throw e;
                }
                route.failed(e);
                if (!e.worthAnotherRoute()) {
                    throw e;
                }
                failure = e;
                worthAnotherRound |= e.worthRetrying();
                open.close();
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
        // So that no trial of a half-open breaker stays without an outcome.
        if (calling.compareAndSet(true, false)) {
            route.abandoned();
        }
    }

    /** The stream of the next route that may be called; the failure that stands when none may. */
    private ModelStream openNext() throws ProviderException {
        while (true) {
            for (; at < routes.size(); at++) {
                ProviderHealth candidate = routes.get(at);
                if (isClosed()) {
                    throw ProviderException.incomplete(null);
                }
                if (candidate.tryCall()) {
                    ProviderException before = failure;
                    if (before != null) {
                        onFailover.accept(route.provider(), before);
                    }
                    at++;
                    return open(candidate);
                }
            }
            awaitNextRound();
        }
    }

    private ModelStream open(ProviderHealth chosen) throws ProviderException {
        route = chosen;
        calling.set(true);
        calledNanos = System.nanoTime();
        ModelStream open = chosen.provider().open(request);
        current = open;
        // A close that came meanwhile saw no stream to close.
        if (isClosed()) {
            open.close();
        }
        return open;
    }

    private void awaitNextRound() throws ProviderException {
        ProviderException last = failure;
        if (last == null) {
            Duration soonest =
                    routes.stream()
                            .map(ProviderHealth::callableIn)
                            .min(Duration::compareTo)
                            .orElse(Duration.ZERO);
            throw ProviderException.busy(
                    "The model provider has failed too often, and is not asked for a while.",
                    soonest);
        }
        Duration pause = pauseAfter(last);
        if (pause == null || isClosedWithin(pause)) {
            throw last;
        }
        rounds++;
        at = 0;
        worthAnotherRound = false;
    }

    /** How long to wait before another round; null when there is to be none. */
    private @Nullable Duration pauseAfter(ProviderException last) {
        if (!worthAnotherRound || rounds >= policy.retriesMax()) {
            return null;
        }
        Duration asked = last.retryAfter();
        if (asked != null) {
            return asked.compareTo(policy.backoffMax()) > 0 ? null : asked;
        }
        long ceiling =
                Math.min(policy.backoff().toMillis() << rounds, policy.backoffMax().toMillis());
        return Duration.ofMillis(random.nextLong(Math.max(0, ceiling) + 1));
    }

    private boolean isClosed() {
        return closed.getCount() == 0;
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
