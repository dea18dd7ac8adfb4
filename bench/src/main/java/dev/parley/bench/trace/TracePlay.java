package dev.parley.bench.trace;

import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.Stream;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.provider.Answer;
import dev.parley.bench.provider.Answers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntFunction;

/**
 * Plays a schedule: each request goes, when it is due, to a user who has no answer running, in
 * turn; when all are busy, another user comes. Nobody waits for an answer before the next request
 * is sent.
 */
public final class TracePlay {

    private final EventLoop loop;
    private final Answers answers;
    private final Settings settings;
    private final IntFunction<CompletableFuture<Stream>> users;
    private final Queue<Player> idle = new ArrayDeque<>();
    private final List<Played> played = new ArrayList<>();
    private final CompletableFuture<List<Played>> all = new CompletableFuture<>();
    private int usersMade;
    private int running;
    private int runningMax;
    private long startNanos;

    /**
     * How to play.
     *
     * @param tokensPerSecond pace of an answer; 0: at once
     * @param users that are there from the beginning
     * @param turns after which a user begins a new conversation
     * @param promptCharsMax of a question
     * @param patience with the last answers, after the last request
     */
    public record Settings(
            Schedule schedule,
            double tokensPerSecond,
            int users,
            int turns,
            int promptCharsMax,
            Duration patience) {}

    /** One request of the trace; {@code lagNanos}: how late it was sent. */
    public record Played(int index, long lagNanos, Exchange exchange) {}

    /** A user's connection. */
    private static final class Player {
        private final int user;
        private Stream stream;
        private int turns;

        Player(int user, Stream stream) {
            this.user = user;
            this.stream = stream;
        }
    }

    /**
     * @param users opens a chat of the user with this number; each call a new conversation
     */
    public TracePlay(
            EventLoop loop,
            Answers answers,
            Settings settings,
            IntFunction<CompletableFuture<Stream>> users) {
        this.loop = loop;
        this.answers = answers;
        this.settings = settings;
        this.users = users;
    }

    /** Plays it all; returns when every request has ended, or when patience has. */
    public List<Played> run() throws InterruptedException {
        List<CompletableFuture<Player>> opening = new ArrayList<>();
        for (int i = 0; i < settings.users(); i++) {
            opening.add(open(usersMade++));
        }
        for (CompletableFuture<Player> each : opening) {
            idle.add(each.join());
        }
        loop.execute(this::begin);
        try {
            Duration limit = settings.schedule().length().plus(settings.patience());
            return all.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            return soFar();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The play broke off", e.getCause());
        }
    }

    public int users() {
        return usersMade;
    }

    public int runningMax() {
        return runningMax;
    }

    /** {@link System#nanoTime()} of the first request. */
    public long startNanos() {
        return startNanos;
    }

    private void begin() {
        startNanos = System.nanoTime();
        if (settings.schedule().size() == 0) {
            all.complete(List.of());
        }
        scheduleFrom(0);
    }

    /** One timer at a time: the next arrival sets its own. */
    private void scheduleFrom(int index) {
        if (index < settings.schedule().size()) {
            loop.at(
                    startNanos + settings.schedule().dueNanos(index),
                    () -> {
                        arrive(index);
                        scheduleFrom(index + 1);
                    });
        }
    }

    private void arrive(int index) {
        running++;
        runningMax = Math.max(runningMax, running);
        Player player = idle.poll();
        if (player != null) {
            ask(player, index);
            return;
        }
        var _ =
                open(usersMade++)
                        .whenComplete((opened, failure) ->
                                loop.execute(() -> {
                                    if (failure != null) {
                                        all.completeExceptionally(failure);
                                    } else {
                                        ask(opened, index);
                                    }
                                }));
    }

    private void ask(Player player, int index) {
        Schedule schedule = settings.schedule();
        long lag = System.nanoTime() - startNanos - schedule.dueNanos(index);
        Answer answer = answers.plan(schedule.tokens(index), settings.tokensPerSecond());
        var _ =
                player.stream
                        .ask(answer, schedule.promptChars(index, settings.promptCharsMax()))
                        .thenAccept(exchange -> {
                            running--;
                            played.add(new Played(index, lag, exchange));
                            goOn(player);
                            if (played.size() == schedule.size()) {
                                all.complete(List.copyOf(played));
                            }
                        });
    }

    private void goOn(Player player) {
        player.turns++;
        if (player.turns % settings.turns() != 0) {
            idle.add(player);
            return;
        }
        Stream old = player.stream;
        var _ =
                users.apply(player.user)
                        .whenComplete((fresh, failure) ->
                                loop.execute(() -> {
                                    if (failure == null) {
                                        player.stream = fresh;
                                        old.close();
                                    }
                                    idle.add(player);
                                }));
    }

    private CompletableFuture<Player> open(int user) {
        return users.apply(user).thenApply(stream -> new Player(user, stream));
    }

    private List<Played> soFar() {
        return CompletableFuture.supplyAsync(() -> List.copyOf(played), loop::execute).join();
    }
}
