package dev.parley.bench;

import dev.parley.bench.load.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Says of exchanges what went wrong, alike ones together. */
final class Outcomes {

    private Outcomes() {}

    /** Sentences; none when every exchange ended in {@code done} and kept the contract. */
    static List<String> failures(String where, List<Exchange> exchanges) {
        Map<String, Integer> counts = new TreeMap<>();
        for (Exchange exchange : exchanges) {
            if (exchange.outcome() != Exchange.Outcome.DONE) {
                counts.merge(exchange.outcome() + " " + exchange.detail(), 1, Integer::sum);
            }
            for (String fault : exchange.faults()) {
                counts.merge(fault, 1, Integer::sum);
            }
        }
        List<String> failures = new ArrayList<>();
        counts.forEach((what, count) ->
                failures.add(where + ": " + count + " of " + exchanges.size() + ": " + what));
        return failures;
    }

    /** Those that ended well, which alone are timed. */
    static List<Exchange> done(List<Exchange> exchanges) {
        return exchanges.stream()
                .filter(each -> each.outcome() == Exchange.Outcome.DONE && each.hasFirstToken())
                .toList();
    }
}
