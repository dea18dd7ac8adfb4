package dev.parley.orchestrator.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.orchestrator.core.Policy;
import dev.parley.schemas.record.PolicyRecord;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyFileTest {

    private static final String WHOLE =
            """
            roles:
              user:
                limits: { requests_per_minute: 60, cost_per_day: 5.00, answer_tokens: 0 }
                queue: true
                models: ["gpt-*"]
                tools: { everything: { mode: allow, tools: [echo], ask: [get-env] } }
            users:
              some-sub: { role: user, team: blue, limits: { tokens_per_day: 7 }, welcome: Hello }
            teams:
              blue: { limits: { cost_per_month: 500 } }
            mcp-servers:
              everything: { transport: stdio, command: [npx, -y] }
              tickets: { transport: http, url: "https://x.example", credential: T, allow_private_network: true }
            models:
              "gpt-*": { routes: [{ provider: main, weight: 1 }], price: { input: 2.5, output: 10, cached: 1.25 } }
            blocks:
              bad: { reason: r, message: m, until: "2027-01-01T00:00:00Z" }
            """;

    @Test
    void readsEveryShape() {
        List<PolicyRecord> records = parse(WHOLE);

        assertThat(records)
                .extracting(PolicyRecord::subject)
                .containsExactly(
                        "role/user",
                        "user/some-sub",
                        "team/blue",
                        "mcp-server/everything",
                        "mcp-server/tickets",
                        "model/gpt-*",
                        "block/bad");
        PolicyRecord.Role role = (PolicyRecord.Role) records.getFirst();
        assertThat(role.queue()).isTrue();
        assertThat(role.limits().answerTokens()).isZero();
        assertThat(role.limits().tokensPerDay()).isNull();
        assertThat(role.limits().costPerDay()).isEqualByComparingTo("5");
        assertThat(Policy.of(records).price("gpt-5").output()).isEqualTo(BigDecimal.TEN);
    }

    @Test
    void hasADefaultWithTheProtocolsLimits() {
        PolicyFile builtIn = PolicyFile.load(null);

        assertThat(builtIn.authoritative()).isFalse();
        assertThat(builtIn.records())
                .extracting(PolicyRecord::subject)
                .containsExactly("role/user", "role/auditor", "role/admin");
        assertThat(builtIn.records())
                .allSatisfy(record -> {
                    PolicyRecord.Limits limits = ((PolicyRecord.Role) record).limits();
                    assertThat(limits.requestsPerMinute()).isEqualTo(60);
                    assertThat(limits.concurrentAnswers()).isEqualTo(4);
                    assertThat(limits.tokensPerDay()).isEqualTo(1_000_000);
                    assertThat(limits.messageChars()).isEqualTo(32_000);
                    assertThat(limits.answerTokens()).isEqualTo(4096);
                });
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    rolls: {}                                                  | rolls: is not a known field
                    roles: { user: { limits: { requests: 1 } } }               | roles.user.limits.requests: is not a known field
                    roles: { user: { limits: { requests_per_minute: -1 } } }   | roles.user.limits.requests_per_minute: must be a whole number from 0
                    roles: { user: { limits: { requests_per_minute: 1.5 } } }  | roles.user.limits.requests_per_minute: must be a whole number
                    roles: { user: { limits: { cost_per_day: .nan } } }        | line 1: holds a number that is not finite or not decimal
                    roles: { user: { limits: { cost_per_day: .inf } } }        | line 1: holds a number that is not finite or not decimal
                    roles: { user: { limits: { cost_per_day: -0.1 } } }        | roles.user.limits.cost_per_day: must be a number from 0
                    roles: { user: { limits: { tokens_per_day: many } } }      | roles.user.limits.tokens_per_day: must be a whole number
                    roles: { user: { queue: 1 } }                              | roles.user.queue: must be true or false
                    roles: { user: { models: all } }                           | roles.user.models: must be a list
                    roles: { user: { tools: { x: { mode: some } } } }          | roles.user.tools.x.mode: must be one of
                    users: { ada: { role: nobody } }                           | users.ada.role: names the role nobody
                    mcp-servers: { x: { transport: http } }                    | mcp-servers.x.url: is missing
                    models: { m: { price: { input: 1 } } }                     | models.m.price.output: is missing
                    roles: [user]                                              | roles: must be a map by name
                    roles: { user: {}, user: {} }                              | is not YAML
                    """)
    void namesThePathAndTheReason(String yaml, String message) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> PolicyFile.load(Path.of("/no/such/policy.yaml")))
                .isInstanceOf(InvalidPolicyException.class)
                .hasMessage("/no/such/policy.yaml: cannot be read.");
    }

    @Test
    void publishesOnlyWhatChanged() {
        Policy standing =
                Policy.of(
                        List.of(
                                parse("roles: { user: {}, old: {} }").getFirst(),
                                parse("roles: { old: {} }").getFirst(),
                                new PolicyRecord.Block("bad", null, null, null)));
        PolicyFile file = new PolicyFile(parse("roles: { user: {}, fresh: {} }"), true);

        var changes = PolicyPublication.changes(file, standing);

        assertThat(changes).containsOnlyKeys("role/fresh", "role/old");
        assertThat(changes.get("role/old")).isNull();
        assertThat(PolicyPublication.changes(file, Policy.of(file.records()))).isEmpty();
        assertThat(PolicyPublication.changes(new PolicyFile(file.records(), false), standing))
                .containsOnlyKeys("role/fresh");
    }

    private static List<PolicyRecord> parse(String yaml) {
        return PolicyFile.parse(yaml.getBytes(StandardCharsets.UTF_8));
    }
}
