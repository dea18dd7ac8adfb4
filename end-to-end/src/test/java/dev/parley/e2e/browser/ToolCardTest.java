package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Tool calls as they are shown, and the question whether one may run. */
@ExtendWith({Chromium.class, SharedRun.class})
class ToolCardTest {

    private final OneCommandRun run;
    private final Browser browser;
    private ConsolePage console;
    private ScriptedChat chat;

    ToolCardTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @BeforeEach
    void openPage() {
        console = ConsolePage.open(browser, run.gateway());
        chat = ScriptedChat.on(console.page());
        console.page().reload();
        console.signIn("user1");
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void a_call_shows_its_arguments_its_state_and_its_result() {
        Locator card = askAndCall("tool_call", Map.of());
        assertThat(card).hasAttribute("data-status", "running", ConsolePage.soon());
        chat.frame(
                "tool_result",
                Map.of("call_id", "k1", "status", "ok", "duration_ms", 1234, "text", "42 degrees"));
        assertThat(card).hasAttribute("data-status", "ok");
        assertThat(card.getByTestId("tool-status")).containsText("1.2 s");
        card.locator("summary").click();
        assertThat(card).containsText("\"city\": \"Berlin\"");
        assertThat(card.getByTestId("tool-result")).hasText("42 degrees");
    }

    @Test
    void a_yes_is_sent_and_the_call_runs() {
        Locator card = askAndCall("approval", in(120));
        assertThat(card.getByTestId("approval")).containsText("Expires in");
        card.getByTestId("approve").click();
        assertThat(card).hasAttribute("data-status", "approved");
        assertThat(chat.heard("approve")).hasSize(1);
        assertThat(chat.heard("approve").getFirst().path("approved").asBoolean()).isTrue();
        assertThat(chat.heard("approve").getFirst().path("call_id").asString()).isEqualTo("k1");
    }

    @Test
    void a_no_is_sent_and_shown() {
        Locator card = askAndCall("approval", in(120));
        card.getByTestId("deny").click();
        assertThat(card).hasAttribute("data-status", "denied");
        assertThat(chat.heard("approve").getFirst().path("approved").asBoolean()).isFalse();
        assertThat(card.getByTestId("approval")).hasCount(0);
    }

    @Test
    void a_question_that_expired_cannot_be_answered() {
        Locator card = askAndCall("approval", in(2));
        assertThat(card.getByTestId("approval-expires"))
                .containsText("has expired", ConsolePage.soonText());
        assertThat(card.getByTestId("approve")).isDisabled();
    }

    private static Map<String, Object> in(int seconds) {
        return Map.of("expires_at", Instant.now().plusSeconds(seconds).toString());
    }

    private Locator askAndCall(String type, Map<String, Object> more) {
        Locator turn = console.ask("How warm is it?");
        console.awaitState(turn, "accepted");
        Map<String, Object> fields =
                new java.util.HashMap<>(
                        Map.of(
                                "call_id", "k1",
                                "server", "weather",
                                "tool", "now",
                                "arguments", Map.of("city", "Berlin")));
        fields.putAll(more);
        chat.frame(type, fields);
        Locator card = turn.getByTestId("tool-card");
        card.waitFor();
        return card;
    }
}
