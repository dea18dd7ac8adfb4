package dev.parley.audit.questions;

import dev.parley.audit.fixture.GeneratedRecord;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/** What auditors ask, each time with other values. */
final class Questions {

    private final Random random = new Random(7);

    /** By name, in the order of the guide. */
    Map<String, Supplier<String>> all() {
        Map<String, Supplier<String>> all = new LinkedHashMap<>();
        for (String list : new String[] {"messages", "conversations", "flows"}) {
            all.put(list + ": newest", () -> list);
            all.put(list + ": user", () -> list + "?user=" + person());
            all.put(list + ": team", () -> list + "?team=" + team());
            all.put(list + ": rare team", () -> list + "?team=" + GeneratedRecord.RARE_TEAM);
            all.put(list + ": rare role", () -> list + "?role=admin");
            all.put(list + ": model", () -> list + "?model=model-c");
            all.put(list + ": rare model", () -> list + "?model=" + GeneratedRecord.RARE_MODEL);
            all.put(list + ": tool on a day", () -> list + "?tool=server__tool-b&" + day());
            all.put(list + ": rare tool", () -> list + "?tool=" + GeneratedRecord.RARE_TOOL);
            all.put(list + ": failed", () -> list + "?status=failed");
            all.put(list + ": rare code", () -> list + "?code=worker_lost");
            all.put(list + ": a day", () -> list + "?" + day());
            all.put(list + ": slow", () -> list + "?min_latency_ms=60000");
            all.put(list + ": slow to begin", () -> list + "?min_first_token_ms=5000");
            all.put(list + ": common word", () -> list + "?query=word" + random.nextInt(3));
            all.put(list + ": rare word", () -> list + "?query=word" + word());
            all.put(list + ": two words", () -> list + "?query=word1+word" + word());
            all.put(
                    list + ": user and word",
                    () -> list + "?user=" + person() + "&query=word" + random.nextInt(100));
            all.put(
                    list + ": team, model, failed, a month",
                    () -> list + "?team=" + team() + "&model=model-a&status=failed&" + days(30));
        }
        all.put("messages: running", () -> "messages?status=running");
        all.put("refusals: newest", () -> "refusals");
        all.put("refusals: user", () -> "refusals?user=" + person());
        all.put("refusals: team", () -> "refusals?team=" + team());
        all.put("refusals: rare code", () -> "refusals?code=overloaded");
        all.put("refusals: a day", () -> "refusals?" + day());
        for (String by : new String[] {"day", "team", "role", "model", "tool", "status"}) {
            all.put("usage by " + by + ": all", () -> "usage?by=" + by);
            all.put("usage by " + by + ": a month", () -> "usage?by=" + by + "&" + days(30));
        }
        all.put("usage by user: first page", () -> "usage?by=user");
        all.put("usage by user: a day", () -> "usage?by=user&" + day());
        all.put("usage by user: team", () -> "usage?by=user&team=" + team());
        all.put("usage by user: tool on a day", () -> "usage?by=user&tool=tool-b&" + day());
        all.put("usage by day: team", () -> "usage?by=day&team=" + team());
        all.put("usage by model: user", () -> "usage?by=model&user=" + person());
        for (String by : new String[] {"day", "team", "user", "model", "tool"}) {
            all.put("usage by " + by + ": slow", () -> "usage?by=" + by + "&min_latency_ms=60000");
            all.put(
                    "usage by " + by + ": slow to begin",
                    () -> "usage?by=" + by + "&min_first_token_ms=5000");
        }
        all.put("usage by day: slow, a day", () -> "usage?by=day&min_latency_ms=60000&" + day());
        all.put("usage by day: team, slow", () -> "usage?min_latency_ms=10000&team=" + team());
        all.put("usage by day: user, slow", () -> "usage?min_latency_ms=10000&user=" + person());
        all.put("usage by day: slow, failed", () -> "usage?min_latency_ms=30000&status=failed");
        return all;
    }

    private String person() {
        double who = random.nextDouble();
        return "person-" + (int) (5_000 * who * who);
    }

    private String team() {
        return "team-" + random.nextInt(50);
    }

    private int word() {
        return GeneratedRecord.WORDS - 1 - random.nextInt(GeneratedRecord.WORDS / 2);
    }

    private String day() {
        return days(1);
    }

    private String days(int length) {
        Instant from =
                Instant.now()
                        .truncatedTo(ChronoUnit.DAYS)
                        .minus(1 + length + random.nextInt(300), ChronoUnit.DAYS);
        return "from=" + from + "&to=" + from.plus(length, ChronoUnit.DAYS);
    }
}
