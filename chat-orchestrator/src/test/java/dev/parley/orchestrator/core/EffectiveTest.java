package dev.parley.orchestrator.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.PolicyRecord.ToolRule;
import dev.parley.schemas.right.ToolRight;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose rule it is that holds. */
class EffectiveTest {

    private static final String HASH = "a".repeat(64);

    @ParameterizedTest(name = "role {0}, user {1}, team {2} -> {3} of {4}")
    @CsvSource({
        // rounds of role, user, team | holds | from
        "5, , , 5, role/user",
        "5, 9, , 5, role/user",
        "9, 5, , 5, user/ada",
        "9, 9, , 9, role/user",
        "9, 8, 7, 7, team/blue",
        "7, 8, 7, 7, role/user",
        ", , 0, 0, team/blue",
        ", 0, 3, 0, user/ada",
    })
    void namesTheFirstThatSetsWhatHolds(
            Integer role, Integer user, Integer team, int holds, String from) {
        Effective effective = effective(policy(role, user, team, Map.of(), Map.of(), HASH));

        Effective.From<java.math.BigDecimal> limit =
                Objects.requireNonNull(effective.limits().get(LimitName.TOOL_ROUNDS));
        assertThat(limit.value()).isEqualByComparingTo(Integer.toString(holds));
        assertThat(limit.subject()).isEqualTo(from);
    }

    @ParameterizedTest(name = "role {0}, user {1}, accepted {2} -> {3} by {4}")
    @CsvSource({
        // mode of role, of user | accepted | right | from
        "all, , true, ALLOW, role/user",
        "all, none, true, DENY, user/ada",
        "none, all, true, DENY, role/user",
        ", all, true, DENY, role/user",
        "allow, all, true, DENY, role/user",
        "all, , false, DENY, accepted-tools/s",
    })
    void namesWhoAllowsOrDeniesATool(
            String role, String user, boolean accepted, ToolRight right, String from) {
        Effective effective =
                effective(
                        policy(
                                null,
                                null,
                                null,
                                rules(role),
                                rules(user),
                                accepted ? HASH : "b".repeat(64)));

        assertThat(effective.tool("s", "t", HASH)).isEqualTo(new Effective.From<>(right, from));
    }

    private static Map<String, ToolRule> rules(String mode) {
        return mode == null ? Map.of() : Map.of("s", new ToolRule(mode, List.of(), List.of()));
    }

    private static Effective effective(Policy policy) {
        return Objects.requireNonNull(
                Effective.of(policy, new Caller("ada", null, null, "user", null)));
    }

    private static Policy policy(
            Integer role,
            Integer user,
            Integer team,
            Map<String, ToolRule> roleTools,
            Map<String, ToolRule> userTools,
            String accepted) {
        return Policy.of(
                List.of(
                        new PolicyRecord.Role("user", rounds(role), false, null, roleTools, null),
                        new PolicyRecord.User(
                                "ada", null, "blue", rounds(user), null, userTools, null),
                        new PolicyRecord.Team("blue", rounds(team)),
                        new PolicyRecord.McpServer("s", "stdio", List.of("x"), null, null, false),
                        new PolicyRecord.AcceptedTools("s", Map.of("t", accepted))));
    }

    private static PolicyRecord.Limits rounds(Integer rounds) {
        return new PolicyRecord.Limits(
                null, null, null, null, null, null, null, null, null, null, null, null, rounds,
                null);
    }
}
