package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What the record says of itself, what that means, and what it says after somebody touched it. */
@ExtendWith({Chromium.class, SharedRun.class})
class VerificationPageTest {

    private final OneCommandRun run;
    private final Browser browser;
    private ConsolePage console;
    private String conversation = "";

    VerificationPageTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @BeforeEach
    void openARecordedConversation() {
        console = ConsolePage.open(browser, run.gateway()).signIn("auditor");
        console.awaitState(console.ask("/demo echo\nprove " + UUID.randomUUID()), "done");
        conversation = console.conversationId();
        console.repeatUntil(
                () -> {
                    console.goTo("#/");
                    console.show("#/audit/conversation/" + conversation);
                },
                console.id("audit-transcript").locator("[data-state=done]"),
                1);
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void a_whole_record_is_explained_and_its_proof_can_be_kept() throws IOException {
        JsonNode verdict =
                new Rest(run.gateway(), run.tokens().of("another-auditor", "auditor"))
                        .read("/api/audit/conversations/" + conversation + "/verify");
        console.id("verify").click();
        Locator shown = console.id("verdict");
        assertThat(shown).containsText("Nothing was changed", ConsolePage.soonText());
        assertThat(shown).containsText("All " + verdict.get("links") + " links");
        assertThat(shown).containsText(verdict.get("head_hash").stringValue());
        assertThat(shown).containsText("Compare the head with a signed checkpoint");
        Download kept = console.page().waitForDownload(() -> console.id("verdict-save").click());
        JsonNode file = Json.tree(Files.readAllBytes(kept.path()));
        assertThat(file.get("ok").booleanValue()).isTrue();
        assertThat(file.get("head_hash")).isEqualTo(verdict.get("head_hash"));
    }

    @Test
    void a_touched_record_says_which_link_and_what_was_done_to_it() {
        tamper();
        console.id("verify").click();
        Locator shown = console.id("verdict");
        assertThat(shown).containsText("The record does not hold", ConsolePage.soonText());
        assertThat(shown).containsText("Link 2 does not");
        assertThat(shown).containsText("somebody changed it");
    }

    private void tamper() {
        try (Connection owner = run.database();
                PreparedStatement update =
                        owner.prepareStatement(
                                "UPDATE audit.links SET hash = repeat('0', 64)"
                                        + " WHERE conversation_id = ? AND ordinal = 2")) {
            update.setString(1, conversation);
            assertThat(update.executeUpdate()).isEqualTo(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
