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

/** Erasure and legal holds behind their confirmations, and what they do to what was said. */
@ExtendWith({Chromium.class, SharedRun.class})
class ErasurePageTest {

    private final OneCommandRun run;
    private final Browser browser;

    /** A person that nobody else is. */
    private final String person = "w" + UUID.randomUUID().toString().replace("-", "");

    private final String secret = "secret" + UUID.randomUUID().toString().replace("-", "");
    private final Rest auditor;
    private ConsolePage console;

    ErasurePageTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
        this.auditor = new Rest(run.gateway(), run.tokens().of("another-auditor", "auditor"));
    }

    @BeforeEach
    void letThePersonSaySomething() {
        Rest user = new Rest(run.gateway(), run.tokens().of(person, "user"));
        user.post("/api/chat", Map.of("type", "message", "text", "/demo echo\n" + secret));
        console = ConsolePage.open(browser, run.gateway()).signIn("auditor");
        console.show("#/audit/search/conversations");
        console.id("filter-user").fill(person);
        console.repeatUntil(console::search, console.id("audit-open"), 1);
        console.show("#/audit/erasure");
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void an_erasure_that_is_called_off_at_either_question_erases_nothing() {
        console.id("erase").click();
        console.id("erase-user").fill(person);
        console.id("erase-dialog-cancel").click();
        assertThat(console.id("erase-sure")).hasCount(0);
        ask();
        console.id("erase-sure-typed").fill(person.substring(1));
        assertThat(console.id("erase-sure-confirm")).isDisabled();
        console.id("erase-sure-typed").fill(person);
        assertThat(console.id("erase-sure-confirm")).isEnabled();
        console.id("erase-sure-cancel").click();
        console.awaitRead();
        assertThat(rows("erasures")).hasCount(0);
        assertThat(openConversation()).containsText(secret, ConsolePage.soonText());
    }

    @Test
    void an_erasure_takes_what_was_said_and_leaves_the_proof() {
        ask();
        console.id("erase-sure-typed").fill(person);
        console.id("erase-sure-confirm").click();
        assertThat(rows("erasures")).containsText("auditor", ConsolePage.soonText());
        Locator transcript = openConversation();
        assertThat(transcript.getByTestId("turn")).hasCount(1);
        assertThat(transcript).not().containsText(secret);
        console.id("verify").click();
        assertThat(console.id("verdict"))
                .containsText("Nothing was changed", ConsolePage.soonText());
    }

    @Test
    void a_hold_stands_until_it_is_released_behind_a_question() {
        console.id("hold").click();
        console.id("hold-of").fill(person);
        console.id("hold-reason").fill("a lawsuit");
        console.id("hold-dialog-cancel").click();
        console.awaitRead();
        assertThat(rows("holds")).hasCount(0);
        console.id("hold").click();
        console.id("hold-of").fill(person);
        console.id("hold-reason").fill("a lawsuit");
        console.id("hold-dialog-confirm").click();
        assertThat(rows("holds")).containsText("a lawsuit", ConsolePage.soonText());
        assertThat(auditor.post("/api/audit/erasures", Map.of("user", person)).status())
                .isEqualTo(409);
        rows("holds").getByTestId("hold-release").click();
        assertThat(console.id("release-dialog")).containsText("a lawsuit");
        console.id("release-dialog-cancel").click();
        assertThat(rows("holds").getByTestId("hold-release")).hasCount(1);
        rows("holds").getByTestId("hold-release").click();
        console.id("release-dialog-confirm").click();
        assertThat(rows("holds")).containsText("released", ConsolePage.soonText());
        assertThat(auditor.post("/api/audit/erasures", Map.of("user", person)).status())
                .isEqualTo(201);
    }

    /** Asks for the erasure, up to the last question. */
    private void ask() {
        console.id("erase").click();
        console.id("erase-user").fill(person);
        console.id("erase-dialog-confirm").click();
        assertThat(console.id("erase-sure")).containsText("Nothing brings them back");
    }

    private Locator openConversation() {
        console.show("#/audit/search/conversations");
        console.id("filter-user").fill(person);
        console.search();
        console.id("audit-open").click();
        assertThat(console.id("audit-transcript").getByTestId("turn"))
                .isVisible(ConsolePage.visible());
        console.awaitRead();
        return console.id("audit-transcript");
    }

    private Locator rows(String table) {
        return console.id(table)
                .locator("tbody tr")
                .filter(new Locator.FilterOptions().setHasText(person));
    }
}
