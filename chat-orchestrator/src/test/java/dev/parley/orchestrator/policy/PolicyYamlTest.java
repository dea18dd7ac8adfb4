package dev.parley.orchestrator.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.PolicyRecord;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Export then apply is the identity. */
class PolicyYamlTest {

    /** What a writer of YAML has to quote, and what it must not take for something else. */
    private static final List<String> TEXTS =
            List.of(
                    "plain",
                    "yes",
                    "null",
                    "~",
                    "1e3",
                    "007",
                    "0x1F",
                    "12:30",
                    "2026-01-01",
                    ".inf",
                    "- a",
                    "a: b",
                    "#c",
                    "'",
                    "\"",
                    "two\nlines",
                    " space ",
                    "tab\there",
                    "{x}",
                    "[x]",
                    "*",
                    "&a",
                    "!t",
                    "%d",
                    "@x",
                    "`x`",
                    "ü €  🙂",
                    "openai/gpt-5",
                    "back\\slash",
                    "=",
                    "<<");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void readsWhatItWrote(long seed) {
        List<PolicyRecord> policy = new Generator(new Random(seed)).policy();

        byte[] yaml = PolicyYaml.write(policy);
        String shown = new String(yaml, StandardCharsets.UTF_8);
        PolicyYaml read = PolicyYaml.parse(yaml);

        assertThat(new HashSet<>(read.records()))
                .as("seed %d:%n%s", seed, shown)
                .isEqualTo(new HashSet<>(policy));
        assertThat(new String(PolicyYaml.write(read.records()), StandardCharsets.UTF_8))
                .as("the same bytes for the same policy")
                .isEqualTo(shown);
    }

    @Test
    void readsTheShapesOfJsonAsItDoesThoseOfYaml() {
        for (PolicyRecord record : new Generator(new Random(99)).policy()) {
            SubjectKind kind = SubjectKind.ofSubject(record.subject()).orElseThrow();
            assertThat(
                            PolicyShapes.read(
                                    kind,
                                    SubjectKind.nameIn(record.subject()),
                                    PolicyShapes.shape(record)))
                    .isEqualTo(record);
        }
    }

    private record Generator(Random random) {

        List<PolicyRecord> policy() {
            Map<String, PolicyRecord> records = new HashMap<>();
            for (int i = 0; i < 40; i++) {
                PolicyRecord record = record(i);
                records.put(record.subject(), record);
            }
            return new ArrayList<>(records.values());
        }

        private PolicyRecord record(int i) {
            String name = text().replaceAll("\\p{Cntrl}", "") + i;
            return switch (random.nextInt(8)) {
                case 0 ->
                        new PolicyRecord.Role(
                                name, limits(), random.nextBoolean(), globs(), tools(), maybe());
                case 1 ->
                        new PolicyRecord.User(
                                name, maybe(), maybe(), limits(), globs(), tools(), maybe());
                case 2 -> new PolicyRecord.Team(name, limits());
                case 3 ->
                        random.nextBoolean()
                                ? new PolicyRecord.McpServer(
                                        "s" + i,
                                        "stdio",
                                        List.of(text(), text()),
                                        null,
                                        maybe(),
                                        random.nextBoolean())
                                : new PolicyRecord.McpServer(
                                        "s" + i,
                                        "http",
                                        List.of(),
                                        "https://x.example/mcp?a=b",
                                        maybe(),
                                        false);
                case 4 ->
                        new PolicyRecord.Model(
                                "m" + i + "/*",
                                List.of(new PolicyRecord.Route(text(), random.nextInt(9), null)),
                                random.nextBoolean()
                                        ? null
                                        : new PolicyRecord.Price(money(), money(), null));
                case 5 ->
                        new PolicyRecord.Block(
                                name,
                                maybe(),
                                maybe(),
                                random.nextBoolean()
                                        ? null
                                        : Instant.ofEpochSecond(random.nextInt()));
                case 6 ->
                        new PolicyRecord.AcceptedTools(
                                "s" + i, Map.of(text(), "ab".repeat(32), "t", "0".repeat(64)));
                default -> new PolicyRecord.Welcome(text());
            };
        }

        private PolicyRecord.Limits limits() {
            return new PolicyRecord.Limits(
                    whole(),
                    whole(),
                    whole(),
                    whole(),
                    whole(),
                    whole(),
                    whole(),
                    maybeMoney(),
                    maybeMoney(),
                    count(),
                    count(),
                    count(),
                    count(),
                    count());
        }

        private Map<String, PolicyRecord.ToolRule> tools() {
            Map<String, PolicyRecord.ToolRule> tools = new HashMap<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                tools.put(
                        text(),
                        new PolicyRecord.ToolRule(
                                List.of("all", "allow", "deny", "none").get(random.nextInt(4)),
                                random.nextBoolean() ? List.of() : List.of("get-*", "*"),
                                random.nextBoolean() ? List.of() : List.of("x")));
            }
            return tools;
        }

        private List<String> globs() {
            return switch (random.nextInt(3)) {
                case 0 -> null;
                case 1 -> List.of();
                default -> List.of("*", "gpt-*", "null", "~");
            };
        }

        private String text() {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }

        private String maybe() {
            return random.nextBoolean() ? null : text();
        }

        private Long whole() {
            return random.nextBoolean() ? null : random.nextLong(1L << 53);
        }

        private Integer count() {
            return random.nextBoolean() ? null : random.nextInt(Integer.MAX_VALUE);
        }

        private BigDecimal maybeMoney() {
            return random.nextBoolean() ? null : money();
        }

        private BigDecimal money() {
            BigDecimal money =
                    BigDecimal.valueOf(random.nextInt(1_000_000), random.nextInt(8))
                            .stripTrailingZeros();
            return money.scale() < 0 ? money.setScale(0) : money;
        }
    }
}
