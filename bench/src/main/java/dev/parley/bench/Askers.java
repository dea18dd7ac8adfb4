package dev.parley.bench;

import dev.parley.bench.load.Exchange;
import dev.parley.bench.load.Stream;
import dev.parley.bench.provider.Answer;
import dev.parley.bench.provider.Answers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Turns streams into a smaller or equal number of people who ask. */
final class Askers {

    private final Answers answers;
    private final Load load;

    /**
     * What is asked for.
     *
     * @param tokens of an answer
     * @param tokensPerSecond pace of the provider; 0: at once
     * @param promptChars about how long a question is
     */
    record Load(int tokens, double tokensPerSecond, int promptChars) {}

    Askers(Answers answers, Load load) {
        this.answers = answers;
        this.load = load;
    }

    /**
     * Each asks on its share of the streams in turn, so that no conversation grows much longer than
     * those of real people.
     */
    List<Supplier<CompletableFuture<Exchange>>> over(List<Stream> streams, int count) {
        List<Supplier<CompletableFuture<Exchange>>> askers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            askers.add(asker(streams, i, count));
        }
        return askers;
    }

    private Supplier<CompletableFuture<Exchange>> asker(List<Stream> streams, int first, int step) {
        int[] next = {first};
        return () -> {
            Stream stream = streams.get(next[0]);
            next[0] = next[0] + step < streams.size() ? next[0] + step : first;
            Answer answer = answers.plan(load.tokens(), load.tokensPerSecond());
            return stream.ask(answer, load.promptChars())
                    .whenComplete((exchange, failure) -> answers.forget(answer));
        };
    }
}
