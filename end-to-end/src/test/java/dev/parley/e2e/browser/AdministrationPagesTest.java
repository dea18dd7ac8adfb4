package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Rights and where they come from, providers and lag, and the policy as one file. */
@ExtendWith({Chromium.class, SharedRun.class})
class AdministrationPagesTest {

    private final OneCommandRun run;
    private final Browser browser;

    /** A name that no other subject has. */
    private final String word = "w" + UUID.randomUUID().toString().replace("-", "");

    private final Rest admin;
    private ConsolePage console;

    AdministrationPagesTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
        this.admin = new Rest(run.gateway(), run.tokens().of("second-admin", "admin"));
    }

    @BeforeEach
    void openPage() {
        console = ConsolePage.open(browser, run.gateway()).signIn("admin");
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void every_right_of_a_user_says_which_rule_gives_it() {
        String role = "role-" + word;
        put(
                "roles/" + role,
                Map.of(
                        "limits",
                        Map.of("requests_per_minute", 5, "tokens_per_day", 900),
                        "models",
                        List.of("demo", "demo:slow")));
        put("teams/team-" + word, Map.of("limits", Map.of("cost_per_day", 3)));
        put(
                "users/" + word,
                Map.of(
                        "role",
                        role,
                        "team",
                        "team-" + word,
                        "limits",
                        Map.of("tokens_per_day", 700)));
        console.show("#/admin/rights");
        console.id("rights-user").fill(word);
        console.id("rights-show").click();
        assertThat(console.id("rights-role"))
                .containsText(role + " (user/" + word + ")", ConsolePage.soonText());
        Locator limits = console.id("rights-limits").locator("tbody tr");
        assertThat(limits.filter(having("requests per minute")).locator("td").first()).hasText("5");
        assertThat(limits.filter(having("requests per minute"))).containsText("role/" + role);
        assertThat(limits.filter(having("tokens per day")).locator("td").first()).hasText("700");
        assertThat(limits.filter(having("tokens per day"))).containsText("user/" + word);
        assertThat(console.id("rights-team-limits")).containsText("team/team-" + word);
        assertThat(console.id("rights-models"))
                .hasText("demo (role/%1$s), demo:slow (role/%1$s)".formatted(role));
        // The rule itself is a click away, and can be changed there.
        limits.filter(having("requests per minute"))
                .getByRole(com.microsoft.playwright.options.AriaRole.LINK)
                .click();
        assertThat(console.id("entity-dialog")).isVisible(ConsolePage.visible());
        assertThat(console.id("limit-requests_per_minute")).hasValue("5");
    }

    @Test
    void the_rights_page_says_what_is_used_and_who_is_blocked_or_has_none() {
        Rest user = new Rest(run.gateway(), run.tokens().of(word, "three-a-minute"));
        user.post("/api/chat", Map.of("type", "message", "text", "/demo fast\nhello"));
        console.show("#/admin/rights/" + word + "?role=three-a-minute");
        assertThat(console.id("rights-role"))
                .containsText("three-a-minute (as the sign-in says)", ConsolePage.soonText());
        Locator minute =
                console.id("rights-limits")
                        .locator("tbody tr")
                        .filter(having("requests per minute"));
        assertThat(minute.locator("td").first()).hasText("3");
        assertThat(minute.locator("td").nth(1)).hasText("1");

        var blocked = admin.post("/api/admin/blocks", Map.of("user", word, "reason", "a test"));
        assertThat(blocked.status()).as(blocked.body()).isLessThan(300);
        console.id("rights-show").click();
        assertThat(console.id("rights-role"))
                .containsText("This person is blocked", ConsolePage.soonText());
        console.show("#/admin/rights/" + word + "?role=nobody-" + word);
        assertThat(console.id("rights-not-allowed"))
                .containsText("every message is refused", ConsolePage.soonText());
    }

    @Test
    void health_shows_providers_their_failures_and_how_far_readers_are_behind() {
        console.show("#/admin/health");
        Locator demo = console.id("health-providers").locator("tbody tr").filter(having("demo"));
        assertThat(demo).containsText("up", ConsolePage.soonText());
        assertThat(demo).containsText("slots in use");
        Locator lag = console.id("health-lag").locator("tbody tr");
        for (String reader : List.of("orchestrator", "worker", "audit")) {
            assertThat(lag.filter(having(reader)).first()).isVisible(ConsolePage.visible());
        }
        assertThat(lag.first().locator("td.numeric").first())
                .hasText(java.util.regex.Pattern.compile("[0-9,]+"));

        Locator failures = demo.locator("td.numeric").last();
        int before = Integer.parseInt(failures.innerText().replace(",", ""));
        Rest user = new Rest(run.gateway(), run.tokens().of(word, "user"));
        user.post("/api/chat", Map.of("type", "message", "text", "/demo fail-during\nhello"));
        // Read again by the page itself, after the worker has said how it fares.
        assertThat(failures).hasText("%,d".formatted(before + 1), ConsolePage.soonExactly());
        assertThat(demo).containsText("The model provider failed");
    }

    @Test
    void a_policy_is_compared_applied_and_pruned() {
        Locator changes = console.id("policy-changes").locator("tbody tr");
        console.show("#/admin/policy");
        assertThat(console.id("policy-yaml")).hasValue(java.util.regex.Pattern.compile("^roles:"));
        assertThat(console.id("policy-apply")).isDisabled();
        console.id("policy-yaml")
                .fill("teams:\n  " + word + ":\n    limits:\n      requests_per_day: 5\n");
        console.id("policy-diff").click();
        assertThat(changes).hasCount(1, ConsolePage.soonCount());
        assertThat(changes).containsText(word);
        assertThat(changes).containsText("limits.requests_per_day 5");
        console.id("policy-apply").click();
        assertThat(console.id("page-note"))
                .containsText("applied and in force", ConsolePage.soonText());
        assertThat(admin.read("/api/admin/teams/" + word).at("/limits/requests_per_day").intValue())
                .isEqualTo(5);

        // A file that lacks it changes nothing, unless what is not in it shall go.
        console.id("policy-yaml").fill(without(word, console.id("policy-yaml").inputValue()));
        assertThat(console.id("policy-apply")).isDisabled();
        console.id("policy-diff").click();
        assertThat(console.id("policy-changes"))
                .containsText("Nothing would change", ConsolePage.soonText());
        assertThat(console.id("policy-apply")).isDisabled();
        console.id("policy-prune").check();
        console.id("policy-diff").click();
        assertThat(changes).hasCount(1, ConsolePage.soonCount());
        assertThat(changes).containsText(word);
        console.id("policy-apply").click();
        assertThat(console.id("page-note"))
                .containsText("applied and in force", ConsolePage.soonText());
        assertThat(admin.get("/api/admin/teams/" + word).status()).isEqualTo(404);
        assertJournalTells("team/" + word, 5);
    }

    /** The newest first: it went, and it came. */
    private void assertJournalTells(String subject, int limit) {
        console.show("#/audit/journal/policy-changes");
        console.id("journal-subject").fill(subject);
        Locator rows = console.id("list-policy-changes").locator("tbody tr");
        await("the record has both changes")
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    console.id("journal-subject").press("Enter");
                    return rows.filter(having(subject)).count() == 2 && rows.count() == 2;
                });
        Locator limits = rows.locator("li").filter(having("limits.requests_per_day"));
        assertThat(limits.first().locator("del")).hasText(Integer.toString(limit));
        assertThat(limits.last().locator("ins")).hasText(Integer.toString(limit));
    }

    @Test
    void a_policy_that_cannot_be_read_says_where() {
        console.show("#/admin/policy");
        console.id("policy-yaml").fill("roles:\n  user:\n    limits: { no_such_limit: 1 }\n");
        console.id("policy-diff").click();
        assertThat(console.id("page-note")).containsText("no_such_limit", ConsolePage.soonText());
        assertThat(console.id("policy-apply")).isDisabled();
    }

    private void put(String subject, Map<String, Object> body) {
        var answer = admin.put("/api/admin/" + subject, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    /** The document without a team's entry, and without a section that it leaves empty. */
    private static String without(String team, String yaml) {
        StringBuilder kept = new StringBuilder();
        boolean inside = false;
        for (String line : yaml.split("\n")) {
            if (line.startsWith("  " + team + ":")) {
                inside = true;
            } else if (!line.startsWith("    ")) {
                inside = false;
            }
            if (!inside) {
                kept.append(line).append('\n');
            }
        }
        String text = kept.toString();
        assertThat(text).doesNotContain(team);
        return text.lines()
                .collect(Collectors.joining("\n", "", "\n"))
                .replaceAll("(?m)^teams:\n(?=\\S|\\z)", "");
    }

    private static Locator.FilterOptions having(String text) {
        return new Locator.FilterOptions().setHasText(text);
    }
}
