package dev.parley.bench.load;

import dev.parley.bench.net.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * A number of askers that each ask, wait for the end, pause for an exponentially distributed time
 * and ask again: so requests come as from independent people, and never more at once than there are
 * askers.
 *
 * @param <T> what an ask ends with
 */
public final class ClosedLoop<T> {

    private final EventLoop loop;
    private final Duration meanPause;
    private final Random random;
    private final int total;
    private final List<T> ended = new ArrayList<>();
    private final CompletableFuture<List<T>> all = new CompletableFuture<>();
    private int started;

    private ClosedLoop(EventLoop loop, Duration meanPause, int total, long seed) {
        this.loop = loop;
        this.meanPause = meanPause;
        this.total = total;
        this.random = new Random(seed);
    }

    /** How a loop is driven. {@code seed} decides every pause. */
    public record Drive(Duration meanPause, int total, long seed, Duration limit) {}

    /**
     * Starts {@code total} asks over the askers and returns when all have ended.
     *
     * @throws IllegalStateException when they have not within the limit
     */
    public static <T> List<T> run(
            EventLoop loop, List<Supplier<CompletableFuture<T>>> askers, Drive drive)
            throws InterruptedException {
        ClosedLoop<T> run = new ClosedLoop<>(loop, drive.meanPause(), drive.total(), drive.seed());
        loop.execute(() -> askers.forEach(run::pauseThenAsk));
        try {
            return run.all.get(drive.limit().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "Of "
                            + drive.total()
                            + " requests "
                            + run.ended.size()
                            + " ended within "
                            + drive.limit().toSeconds()
                            + " s",
                    e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A request could not be made", e.getCause());
        }
    }

    private void pauseThenAsk(Supplier<CompletableFuture<T>> asker) {
        if (started == total) {
            return;
        }
        started++;
        double pauseNanos = -Math.log(1 - random.nextDouble()) * meanPause.toNanos();
        loop.at(System.nanoTime() + (long) pauseNanos, () -> ask(asker));
    }

    private void ask(Supplier<CompletableFuture<T>> asker) {
        var _ =
                asker.get()
                        .whenComplete((result, failure) -> {
                            if (failure != null) {
                                all.completeExceptionally(failure);
                            } else {
                                loop.execute(() -> endedWith(asker, result));
                            }
                        });
    }

    private void endedWith(Supplier<CompletableFuture<T>> asker, T result) {
        ended.add(result);
        if (ended.size() == total) {
            all.complete(List.copyOf(ended));
        } else {
            pauseThenAsk(asker);
        }
    }
}
