package dev.parley.bench;

import dev.parley.bench.load.ChatStream;
import dev.parley.bench.load.DirectStream;
import dev.parley.bench.load.Stream;
import dev.parley.bench.load.Tokens;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.provider.AnswerPlan;
import dev.parley.bench.provider.Answers;
import dev.parley.bench.provider.FakeProvider;
import dev.parley.bench.system.BenchFailure;
import dev.parley.bench.system.SystemUnderTest;
import dev.parley.bench.system.Target;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Provider, load and a running system, side by side for the length of a benchmark. */
final class Lab implements AutoCloseable {

    private static final int CONNECT_SECONDS_MAX = 30;

    private final EventLoop loop = EventLoop.start("load");
    private final String run = "b" + Long.toString(System.currentTimeMillis(), 36);
    private final Answers answers = new Answers(run);
    private final FakeProvider provider;
    private final @Nullable SystemUnderTest started;
    private final Target target;
    private final Tokens tokens;

    private Lab(BenchOptions options) throws IOException, InterruptedException {
        provider =
                FakeProvider.start(
                        options.providerPort(), answers, new AnswerPlan("unplanned", 20, 0));
        Target running = options.running();
        if (running == null) {
            started = SystemUnderTest.start(options.launch(provider.baseUrl()));
            target = options.withBroker(started.target());
        } else {
            started = null;
            target = running;
        }
        tokens = new Tokens(target.secret(), Clock.systemUTC());
    }

    /** Starts the provider and, unless the options name a running one, the system. */
    static Lab open(BenchOptions options) throws InterruptedException {
        try {
            return new Lab(options);
        } catch (IOException e) {
            throw new BenchFailure(String.valueOf(e.getMessage()), e);
        }
    }

    EventLoop loop() {
        return loop;
    }

    Answers answers() {
        return answers;
    }

    Target target() {
        return target;
    }

    /** The user with this number, of this run alone. */
    String user(int number) {
        return run + "-user" + number;
    }

    String token(String user) {
        return tokens.of(user);
    }

    /** Connections straight to the provider. */
    List<Stream> direct(int count, LongConsumer tokenPath) throws InterruptedException {
        List<CompletableFuture<Stream>> opening = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opening.add(DirectStream.open(loop, provider.address(), tokenPath));
        }
        return await(opening);
    }

    /** Chats of the users {@code from} to {@code from + count}. */
    List<Stream> chats(int from, int count, LongConsumer tokenPath) throws InterruptedException {
        List<CompletableFuture<Stream>> opening = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            opening.add(chat(user(from + i), tokenPath));
        }
        return await(opening);
    }

    CompletableFuture<Stream> chat(String user, LongConsumer tokenPath) {
        return ChatStream.open(loop, target.socketAddress(), user, token(user), tokenPath);
    }

    @Override
    public void close() {
        if (started != null) {
            started.close();
        }
        loop.close();
        provider.close();
    }

    private static List<Stream> await(List<CompletableFuture<Stream>> opening)
            throws InterruptedException {
        try {
            List<Stream> streams = new ArrayList<>();
            for (CompletableFuture<Stream> each : opening) {
                streams.add(each.get(CONNECT_SECONDS_MAX, TimeUnit.SECONDS));
            }
            return streams;
        } catch (ExecutionException e) {
            throw new BenchFailure("A stream could not be opened: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new BenchFailure(
                    "A stream got no welcome within " + CONNECT_SECONDS_MAX + " s", e);
        }
    }
}
