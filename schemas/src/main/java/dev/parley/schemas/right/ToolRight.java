package dev.parley.schemas.right;

import dev.parley.schemas.record.PolicyRecord.ToolRule;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether a tool may be called. Several rules (a role's and a user's) must all allow it, and one
 * that asks is enough to ask. No rule, or one whose mode is not known, denies.
 */
public enum ToolRight {
    ALLOW,
    /** Each call, once a person has approved it. */
    ASK,
    DENY;

    /** By one server's rules. */
    public static ToolRight of(@Nullable Collection<ToolRule> rules, String tool) {
        if (rules == null || rules.isEmpty()) {
            return DENY;
        }
        ToolRight right = ALLOW;
        for (ToolRule rule : rules) {
            right = right.strictest(of(rule, tool));
        }
        return right;
    }

    /** By one rule. */
    public static ToolRight of(ToolRule rule, String tool) {
        if (rule.mode() == null) {
            return DENY;
        }
        boolean allowed =
                switch (rule.mode()) {
                    case "all" -> true;
                    case "allow" -> isListed(rule.tools(), tool);
                    case "deny" -> !isListed(rule.tools(), tool);
                    default -> false;
                };
        if (!allowed) {
            return DENY;
        }
        return isListed(rule.ask(), tool) ? ASK : ALLOW;
    }

    private ToolRight strictest(ToolRight other) {
        return compareTo(other) >= 0 ? this : other;
    }

    private static boolean isListed(List<String> globs, String tool) {
        return globs.stream().anyMatch(glob -> Glob.matches(glob, tool));
    }
}
