package dev.parley.audit.questions;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What PostgreSQL's plans say of whole tables. */
final class PlanReading {

    /** Tables that grow with every message; the sums by day and the rules stay small. */
    private static final Pattern WHOLE =
            Pattern.compile(
                    "Seq Scan on (links|conversations|messages|refusals|charges|search_words|flow"
                            + "|tool_calls)[_0-9a-z]* [^(]*\\(cost=[0-9.]+\\.\\.([0-9.]+)");

    /** An empty month costs nothing, a table of a few thousand rows a few dozen page reads. */
    private static final double COST_MAX = 100;

    private PlanReading() {}

    static List<String> wholeTables(String plan) {
        List<String> found = new ArrayList<>();
        Matcher matcher = WHOLE.matcher(plan);
        while (matcher.find()) {
            if (Double.parseDouble(matcher.group(2)) > COST_MAX) {
                found.add(matcher.group());
            }
        }
        return found;
    }
}
