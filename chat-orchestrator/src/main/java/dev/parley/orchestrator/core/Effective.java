package dev.parley.orchestrator.core;

import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.PolicyRecord.ToolRule;
import dev.parley.schemas.right.ToolRight;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a user may do and from which subject of the policy each part comes. What holds is asked of
 * {@link Policy#rights}, by which messages are decided; here is only found out whose it is.
 */
public final class Effective {

    private final Policy policy;
    private final Rights rights;
    private final Map<String, PolicyRecord> sources = new LinkedHashMap<>();

    private Effective(Policy policy, Rights rights) {
        this.policy = policy;
        this.rights = rights;
        Author author = rights.author();
        source("role/" + author.role());
        source("user/" + author.userId());
        source("team/" + author.team());
    }

    /** A value and the subject that it comes from. */
    public record From<T>(T value, String subject) {}

    /** Null when the caller has no rights at all. */
    public static @Nullable Effective of(Policy policy, Caller caller) {
        Rights rights = policy.rights(caller);
        return rights == null ? null : new Effective(policy, rights);
    }

    public Rights rights() {
        return rights;
    }

    /** Every limit that holds, with the first of role, user and team that sets it so. */
    public Map<LimitName, From<BigDecimal>> limits() {
        Limits limits = rights.limits();
        Map<LimitName, From<BigDecimal>> named = new LinkedHashMap<>();
        for (LimitName name : LimitName.values()) {
            BigDecimal max = limits.max(name);
            if (max != null) {
                named.put(name, new From<>(max, origin(name, max)));
            }
        }
        return named;
    }

    /** What the team's members share: used up by all of them together. */
    public Map<LimitName, From<BigDecimal>> shared() {
        Map<LimitName, From<BigDecimal>> shared = new LinkedHashMap<>();
        for (LimitName name : LimitName.values()) {
            BigDecimal max = rights.shared().max(name);
            if (max != null) {
                shared.put(name, new From<>(max, "team/" + rights.author().team()));
            }
        }
        return shared;
    }

    /** Names and globs of models; one that another list excludes is left out. */
    public List<From<String>> models() {
        List<String> ofRole = rights.roleModels();
        List<String> ofUser = rights.userModels();
        String role = "role/" + rights.author().role();
        List<From<String>> models = new ArrayList<>();
        if (ofUser == null) {
            (ofRole == null ? List.of("*") : ofRole)
                    .forEach(model -> models.add(new From<>(model, role)));
            return models;
        }
        String user = "user/" + rights.author().userId();
        for (String model : ofUser) {
            // A glob of the user's is shown as it is: which names it has in common with the
            // role's is decided name by name.
            if (!Glob.isLiteral(model) || rights.mayCall(model)) {
                models.add(new From<>(model, user));
            }
        }
        return models;
    }

    /** MCP servers that role or user name, sorted, closed ones too. */
    public SortedSet<String> servers() {
        SortedSet<String> servers = new TreeSet<>();
        sources.values().forEach(source -> servers.addAll(rules(source).keySet()));
        return servers;
    }

    /**
     * The right to a tool, with the subject that says so. A tool whose present form nobody has
     * accepted is denied, whatever the rules say.
     */
    public From<ToolRight> tool(String server, String tool, String hash) {
        if (!(policy.subjects().get("accepted-tools/" + server)
                        instanceof PolicyRecord.AcceptedTools accepted)
                || !hash.equals(accepted.hashes().get(tool))) {
            return new From<>(ToolRight.DENY, "accepted-tools/" + server);
        }
        ToolRight right = ToolRight.of(rights.tools().get(server), tool);
        for (Map.Entry<String, PolicyRecord> source : sources.entrySet()) {
            ToolRule rule = rules(source.getValue()).get(server);
            if (rule != null && ToolRight.of(rule, tool) == right) {
                return new From<>(right, source.getKey());
            }
        }
        return new From<>(right, "role/" + rights.author().role());
    }

    private String origin(LimitName name, BigDecimal max) {
        for (Map.Entry<String, PolicyRecord> source : sources.entrySet()) {
            BigDecimal value = Limits.of(limits(source.getValue())).max(name);
            if (value != null && value.compareTo(max) == 0) {
                return source.getKey();
            }
        }
        throw new IllegalStateException("nobody sets " + name.wire());
    }

    private static PolicyRecord.Limits limits(PolicyRecord record) {
        return switch (record) {
            case PolicyRecord.Role role -> role.limits();
            case PolicyRecord.User user -> user.limits();
            case PolicyRecord.Team team -> team.limits();
            default -> PolicyRecord.Limits.NONE;
        };
    }

    private static Map<String, ToolRule> rules(PolicyRecord record) {
        return switch (record) {
            case PolicyRecord.Role role -> role.tools();
            case PolicyRecord.User user -> user.tools();
            default -> Map.of();
        };
    }

    private void source(String subject) {
        PolicyRecord record = policy.subjects().get(subject);
        if (record != null) {
            sources.put(subject, record);
        }
    }
}
