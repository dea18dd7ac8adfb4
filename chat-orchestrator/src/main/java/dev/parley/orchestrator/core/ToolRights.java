package dev.parley.orchestrator.core;

import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.PolicyRecord.ToolRule;
import dev.parley.schemas.right.ToolRight;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Rights to tools: by server, every rule that must allow; what is absent gives nothing. */
final class ToolRights {

    private static final String NONE = "none";

    private ToolRights() {}

    /**
     * What role and user together leave. A user's entry can only take away: a server that the role
     * does not name stays closed.
     */
    static Map<String, List<ToolRule>> of(
            PolicyRecord.Role role, PolicyRecord.@Nullable User user, Set<String> unreadable) {
        Map<String, List<ToolRule>> rules = new TreeMap<>();
        role.tools()
                .forEach((server, rule) -> {
                    List<ToolRule> all = new ArrayList<>();
                    all.add(rule);
                    ToolRule own = user == null ? null : user.tools().get(server);
                    if (own != null) {
                        all.add(own);
                    }
                    boolean open =
                            all.stream().noneMatch(r -> NONE.equals(r.mode()))
                                    && !unreadable.contains("mcp-server/" + server)
                                    && !unreadable.contains("accepted-tools/" + server);
                    if (open) {
                        rules.put(server, List.copyOf(all));
                    }
                });
        return Map.copyOf(rules);
    }

    /** Whether a call may have to wait for a person. */
    static boolean mayAsk(Map<String, List<ToolRule>> rules) {
        return rules.values().stream()
                .flatMap(List::stream)
                .anyMatch(rule -> !rule.ask().isEmpty());
    }

    /** How many accepted tools there are, and what the rules leave of them. */
    static Map<String, String> counts(Map<String, List<ToolRule>> rules, Policy policy) {
        int accepted = 0;
        int allowed = 0;
        int asked = 0;
        for (PolicyRecord record : policy.subjects().values()) {
            if (record instanceof PolicyRecord.AcceptedTools tools) {
                boolean served = policy.subjects().containsKey("mcp-server/" + tools.server());
                for (String tool : served ? tools.hashes().keySet() : Set.<String>of()) {
                    accepted++;
                    switch (ToolRight.of(rules.get(tools.server()), tool)) {
                        case ALLOW -> allowed++;
                        case ASK -> asked++;
                        case DENY -> {}
                    }
                }
            }
        }
        Map<String, String> counts = new HashMap<>();
        counts.put("tools", Integer.toString(allowed + asked));
        counts.put("ask", Integer.toString(asked));
        counts.put("of", Integer.toString(accepted));
        return counts;
    }
}
