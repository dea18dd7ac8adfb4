package dev.parley.orchestrator.stream;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Takes out of a text, before it is sealed for the record, what the record is not to hold; each
 * finding is replaced by {@code [redacted:NAME]}. The answer to the user is not touched.
 *
 * <p>RE2 matches in time linear in the text, whatever the pattern: neither a text nor a pattern of
 * an operator can make it stall.
 */
public final class Redaction {

    /** Nothing is taken out. */
    public static final Redaction NONE = new Redaction(List.of());

    private static final Map<String, Rule> BUILT_IN =
            Map.of(
                    "mail",
                    rule(
                            "mail",
                            "[A-Za-z0-9._%+\\-]{1,64}@(?:[A-Za-z0-9\\-]{1,63}\\.){1,8}[A-Za-z]{2,24}"),
                    "card",
                    new Rule(
                            "card",
                            Pattern.compile("\\b[0-9](?:[ \\-]?[0-9]){12,18}\\b"),
                            Redaction::passesLuhn),
                    "phone",
                    rule(
                            "phone",
                            "(?:\\+|\\b00)[1-9][0-9]{0,2}(?:[ ./\\-]?\\(?[0-9]{1,5}\\)?){2,6}"));

    private record Rule(String name, Pattern pattern, Predicate<String> meant) {}

    private final List<Rule> rules;

    private Redaction(List<Rule> rules) {
        this.rules = rules;
    }

    /**
     * Of built-in patterns and an operator's own, applied in this order.
     *
     * @param builtIn among mail, card and phone
     * @param own RE2 expressions by name
     */
    public static Redaction of(List<String> builtIn, Map<String, String> own) {
        List<Rule> rules = new ArrayList<>();
        for (String name : builtIn) {
            Rule rule = BUILT_IN.get(name.strip());
            if (rule == null) {
                throw new IllegalArgumentException(
                        "no redaction is called " + name + "; there are mail, card and phone");
            }
            rules.add(rule);
        }
        own.forEach((name, expression) -> rules.add(ownRule(name, expression)));
        return rules.isEmpty() ? NONE : new Redaction(rules);
    }

    String of(String text) {
        String redacted = text;
        for (Rule rule : rules) {
            redacted = without(rule, redacted);
        }
        return redacted;
    }

    private static String without(Rule rule, String text) {
        Matcher matcher = rule.pattern().matcher(text);
        StringBuilder out = null;
        int kept = 0;
        while (matcher.find()) {
            if (matcher.end() == matcher.start() || !rule.meant().test(matcher.group())) {
                continue;
            }
            if (out == null) {
                out = new StringBuilder(text.length());
            }
            out.append(text, kept, matcher.start());
            out.append("[redacted:").append(rule.name()).append(']');
            kept = matcher.end();
        }
        return out == null ? text : out.append(text, kept, text.length()).toString();
    }

    private static Rule rule(String name, String expression) {
        return new Rule(name, Pattern.compile(expression), found -> true);
    }

    private static Rule ownRule(String name, String expression) {
        if (!name.matches("[a-z0-9-]{1,32}")) {
            throw new IllegalArgumentException(
                    "a redaction's name has 1 to 32 of a-z, 0-9 and -; this has not: " + name);
        }
        try {
            return rule(name, expression);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "redaction " + name + " is no RE2 expression: " + e.getMessage(), e);
        }
    }

    /** The check digit of card numbers (ISO/IEC 7812-1, Annex B). */
    private static boolean passesLuhn(String text) {
        int sum = 0;
        boolean twice = false;
        for (int i = text.length() - 1; i >= 0; i--) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                int digit = c - '0';
                int value = twice ? digit * 2 : digit;
                sum += value > 9 ? value - 9 : value;
                twice = !twice;
            }
        }
        return sum % 10 == 0;
    }
}
