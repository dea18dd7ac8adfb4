package dev.parley.worker.guard;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A list of patterns; the strictest that matches counts, of equals the first. */
public final class RuleGuard implements Guard {

    private record Compiled(GuardSettings.Rule rule, Pattern pattern) {}

    private final List<Compiled> rules = new ArrayList<>();

    /**
     * @throws IllegalStateException for a pattern that cannot be read
     */
    public RuleGuard(List<GuardSettings.Rule> rules) {
        for (GuardSettings.Rule rule : rules) {
            try {
                this.rules.add(
                        new Compiled(
                                rule, Pattern.compile(rule.pattern(), Pattern.CASE_INSENSITIVE)));
            } catch (PatternSyntaxException e) {
                throw new IllegalStateException(
                        "the guard's rule " + rule.name() + " is no pattern", e);
            }
        }
    }

    @Override
    public boolean checks(Stage stage) {
        return rules.stream().anyMatch(compiled -> compiled.rule().stages().contains(stage));
    }

    @Override
    public boolean needsWhole() {
        return false;
    }

    @Override
    public Verdict check(Stage stage, String text, Instant deadline) {
        Verdict strictest = Verdict.ALLOWED;
        for (Compiled compiled : rules) {
            GuardSettings.Rule rule = compiled.rule();
            if (rule.stages().contains(stage)
                    && rule.verdict().compareTo(strictest.outcome()) > 0
                    && compiled.pattern().matcher(text).find()) {
                strictest = new Verdict(rule.verdict(), rule.name(), message(rule, stage));
            }
        }
        return strictest;
    }

    private static String message(GuardSettings.Rule rule, Stage stage) {
        return rule.message() == null ? Guards.message(rule.verdict(), stage) : rule.message();
    }
}
