package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The pages of auditors and administrators. */
@ExtendWith({Chromium.class, SharedRun.class})
class InspectionPagesTest {

    private final OneCommandRun run;
    private final Browser browser;

    /** A word that no other conversation or subject has. */
    private final String word = "w" + UUID.randomUUID().toString().replace("-", "");

    private ConsolePage console;

    InspectionPagesTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @BeforeEach
    void openPage() {
        console = ConsolePage.open(browser, run.gateway());
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void a_user_sees_neither_page() {
        console.signIn("user1");
        assertThat(console.id("nav-demo")).isVisible(ConsolePage.visible());
        assertThat(console.id("nav-audit")).hasCount(0);
        assertThat(console.id("nav-admin")).hasCount(0);
    }

    @Test
    void an_auditor_finds_a_conversation_and_verifies_it() {
        console.signIn("auditor");
        console.awaitState(console.ask("/demo echo\nprove " + word), "done");
        console.id("nav-audit").click();
        Locator found = console.id("audit-conversations").getByTestId("audit-open");
        console.id("filter-query").fill(word);
        console.repeatUntil(console::search, found, 1);
        found.click();
        assertThat(console.id("audit-transcript")).containsText(word, ConsolePage.soonText());
        console.id("verify").click();
        assertThat(console.id("verdict"))
                .containsText("Nothing was changed", ConsolePage.soonText());
        console.id("audit-transcript").getByTestId("show-flow").click();
        assertThat(
                        console.page()
                                .locator("parley-page [data-testid=flow]")
                                .locator("[data-name=gateway_received]"))
                .isVisible(ConsolePage.visible());
    }

    @Test
    void usage_is_drawn_and_told_by_day_by_role_and_by_user() {
        console.signIn("auditor");
        ask(word, "/demo echo\ncount me");
        console.show("#/audit/usage");
        assertThat(console.id("chart")).isVisible(ConsolePage.visible());
        console.id("usage-by").selectOption("role");
        Locator roles = console.id("usage-table").locator("tbody th");
        console.repeatUntil(console::search, roles.filter(having("user")), 1);
        // Other tests of this run make more users than the chart has room for.
        console.id("filter-user").fill(word);
        console.id("usage-by").selectOption("user");
        Locator mine = console.id("usage-table").locator("tbody tr");
        console.repeatUntil(console::search, mine.filter(having(word)), 1);
        assertThat(mine).hasCount(1);
        assertThat(mine.locator("td").first()).hasText("1");
        console.id("usage-measure").selectOption("messages");
        assertThat(console.id("chart")).containsText("The highest bar is 1.");
    }

    @Test
    void a_refusal_is_found_by_its_code() {
        console.signIn("auditor");
        Rest user = new Rest(run.gateway(), run.tokens().of(word, "short-messages"));
        user.post("/api/chat", Map.of("type", "message", "text", "longer than ten characters"));
        console.show("#/audit/search/refusals");
        console.id("filter-code").fill("message_too_long");
        Locator rows = console.id("audit-refusals").locator("tbody tr");
        console.repeatUntil(console::search, rows.filter(having(word)), 1);
        assertThat(rows.filter(having(word))).containsText("message_too_long");
        console.id("filter-code").fill("blocked");
        console.search();
        assertThat(rows.filter(having(word))).hasCount(0);
    }

    @Test
    void an_administrator_makes_changes_and_deletes_a_user() {
        console.signIn("admin");
        console.goTo("#/admin/users");
        console.id("entity-new").click();
        console.id("field-name").fill(word);
        console.id("field-role").fill("user");
        console.id("limit-requests_per_minute").fill("7");
        console.id("entity-save").click();
        Locator row = console.id("list-users").locator("tr").filter(having(word));
        assertThat(row).containsText("requests per minute 7", ConsolePage.soonText());
        row.getByTestId("entity-open").click();
        console.id("limit-requests_per_minute").fill("9");
        console.id("entity-save").click();
        assertThat(row).containsText("requests per minute 9", ConsolePage.soonText());
        row.getByTestId("entity-open").click();
        console.id("entity-delete").click();
        console.id("delete-dialog-confirm").click();
        assertThat(row).hasCount(0, ConsolePage.soonCount());
    }

    @Test
    void two_administrators_at_once_see_both_versions() {
        console.signIn("admin");
        console.goTo("#/admin/teams");
        console.id("entity-new").click();
        console.id("field-name").fill(word);
        console.id("limit-requests_per_day").fill("100");
        console.id("entity-save").click();
        Locator row = console.id("list-teams").locator("tr").filter(having(word));
        assertThat(row).hasCount(1, ConsolePage.soonCount());
        row.getByTestId("entity-open").click();
        changeElsewhere();
        console.id("limit-requests_per_day").fill("200");
        console.id("entity-save").click();
        Locator conflict = console.id("conflict");
        conflict.waitFor();
        assertThat(conflict).containsText("200");
        assertThat(conflict).containsText("300");
        conflict.getByTestId("keep-mine").click();
        assertThat(row).containsText("requests per day 200", ConsolePage.soonText());
    }

    @Test
    void a_block_is_set_and_lifted() {
        console.signIn("admin");
        console.goTo("#/admin/blocks");
        console.id("block").click();
        console.id("block-user").fill(word);
        console.id("block-reason").fill("for a test");
        console.id("block-dialog-confirm").click();
        Locator row = console.id("blocks").locator("tr").filter(having(word));
        assertThat(row).containsText("for a test", ConsolePage.soonText());
        row.getByTestId("unblock").click();
        assertThat(row).hasCount(0, ConsolePage.soonCount());
    }

    @Test
    void an_erasure_asks_twice_and_a_hold_forbids_it() {
        console.signIn("auditor");
        console.goTo("#/audit/erasure");
        console.id("hold").click();
        console.id("hold-of").fill(word);
        console.id("hold-reason").fill("a lawsuit");
        console.id("hold-dialog-confirm").click();
        assertThat(console.id("holds")).containsText(word, ConsolePage.soonText());
        erase();
        assertThat(console.id("page-note").first())
                .containsText("legal hold", ConsolePage.soonText());
        console.id("holds").locator("tr").filter(having(word)).getByTestId("hold-release").click();
        console.id("release-dialog-confirm").click();
        assertThat(console.id("holds").locator("tr").filter(having(word)))
                .containsText("released", ConsolePage.soonText());
        erase();
        assertThat(console.id("erasures")).containsText(word, ConsolePage.soonText());
    }

    @Test
    void a_message_is_followed_as_it_happens() {
        console.signIn("admin");
        console.goTo("#/admin/live");
        assertThat(console.id("live-state")).containsText("live", ConsolePage.soonText());
        ask(word, "/demo fast\nhello");
        Locator line = console.id("live-flow").locator("li").filter(having(word));
        assertThat(line).hasCount(1, ConsolePage.soonCount());
        assertThat(line).containsText("done", ConsolePage.soonText());
    }

    private void erase() {
        console.id("erase").click();
        console.id("erase-user").fill(word);
        console.id("erase-dialog-confirm").click();
        assertThat(console.id("erase-sure-confirm")).isDisabled();
        console.id("erase-sure-typed").fill(word);
        console.id("erase-sure-confirm").click();
    }

    private void ask(String user, String text) {
        Rest rest = new Rest(run.gateway(), run.tokens().of(user, "user"));
        var answer = rest.post("/api/chat", Map.of("type", "message", "text", text));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private void changeElsewhere() {
        Rest rest = new Rest(run.gateway(), run.tokens().of("second-admin", "admin"));
        var answer =
                rest.patch(
                        "/api/admin/teams/" + word,
                        "application/merge-patch+json",
                        "{\"limits\":{\"requests_per_day\":300},\"version\":"
                                + rest.read("/api/admin/teams/" + word).get("version")
                                + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private static Locator.FilterOptions having(String text) {
        return new Locator.FilterOptions().setHasText(text);
    }
}
