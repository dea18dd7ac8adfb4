package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The chat at {@code /}, as long as nothing breaks. */
@ExtendWith({Chromium.class, SharedRun.class})
class PageTest {

    private static final String SLOW = "/demo slow\nTell me a long story.";

    private final OneCommandRun run;
    private final Browser browser;
    private ConsolePage console;

    PageTest(OneCommandRun run, Browser browser) {
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
    void a_wrong_password_is_said_and_the_right_one_opens_the_chat() {
        console.fillSignIn("user1", "wrong");
        assertThat(console.id("sign-in-error")).isVisible();
        console.signIn("user1");
    }

    @Test
    void an_answer_streams_and_the_strip_shows_where_it_is() {
        console.signIn("user1");
        Locator turn = console.ask("What is this?");
        console.awaitState(turn, "done");
        assertThat(turn.getByTestId("answer-text"))
                .containsText("demonstration", ConsolePage.soonText());
        console.assertComplete(turn);
        assertThat(console.id("message-count")).containsText("2");
        console.id("connection-toggle").click();
        assertThat(console.id("conversation-id")).not().hasAttribute("data-id", "");
        assertThat(console.id("detail-cursor")).not().hasText("–");
        assertThat(console.id("detail-roundTrip")).containsText("ms", ConsolePage.soonText());
        assertThat(console.id("announcer")).containsText("demonstration");
    }

    @Test
    void stop_ends_an_answer() {
        console.signIn("user2");
        Locator turn = console.ask(SLOW);
        console.awaitState(turn, "streaming");
        console.id("stop").click();
        console.awaitState(turn, "done");
        assertThat(turn.getByTestId("answer-status"))
                .containsText("Stopped", ConsolePage.soonText());
    }

    @Test
    void the_transport_changes_in_the_middle_of_an_answer() {
        console.signIn("user2");
        Locator turn = console.ask(SLOW);
        int before = console.awaitSomeText(turn, 10).length();
        for (String transport : new String[] {"sse", "websocket"}) {
            if (!console.id("connection-details").isVisible()) {
                console.id("connection-toggle").click();
            }
            console.id("transport-" + transport).check(new Locator.CheckOptions().setForce(true));
            console.awaitOpen();
            before = console.awaitSomeText(turn, before + 10).length();
        }
        console.id("stop").click();
        console.awaitState(turn, "done");
        console.assertComplete(turn);
    }

    @Test
    void an_edited_question_stands_beside_the_first() {
        console.signIn("user1");
        Locator turn = console.ask("/demo echo\nfirst wording");
        console.awaitState(turn, "done");
        turn.hover();
        turn.getByTestId("edit").click();
        turn.getByTestId("edit-text").fill("/demo echo\nsecond wording");
        turn.getByTestId("edit-send").click();
        Locator now = console.turns().last();
        assertThat(now.getByTestId("answer-text"))
                .containsText("second wording", ConsolePage.soonText());
        console.awaitState(now, "done");
        assertThat(now.getByTestId("branch")).hasText("2 / 2");
        now.getByTestId("branch-before").click();
        assertThat(console.turns().last().getByTestId("answer-text")).containsText("first wording");
        assertThat(console.turns()).hasCount(1);
    }

    @Test
    void an_answer_is_made_again_beside_itself() {
        console.signIn("user1");
        Locator turn = console.ask("/demo echo\nonce more");
        console.awaitState(turn, "done");
        String first = turn.getAttribute("data-message-id");
        turn.getByTestId("regenerate").click();
        assertThat(console.turns().last())
                .not()
                .hasAttribute("data-message-id", first, ConsolePage.soon());
        console.awaitState(console.turns().last(), "done");
        assertThat(console.turns().last().getByTestId("branch")).hasText("2 / 2");
    }

    @Test
    void every_step_of_a_message_is_shown_and_the_waits_apart() {
        console.signIn("user1");
        Locator turn = console.ask("/demo echo\nhow did you travel?");
        console.awaitState(turn, "done");
        turn.getByTestId("show-flow").click();
        Locator flow = console.id("flow");
        for (String step :
                new String[] {"gateway_received", "usage_check", "worker_started", "done"}) {
            assertThat(flow.locator("[data-name=" + step + "]").first())
                    .isVisible(ConsolePage.visible());
        }
        assertThat(flow.locator("[data-name=waiting]").first()).isVisible();
        console.id("flow-close").click();
        assertThat(console.id("flow-dialog")).not().isVisible();
    }

    @Test
    void usage_says_what_is_left_and_until_when() {
        console.signIn("user1");
        console.awaitState(console.ask("/demo echo\ncount me"), "done");
        assertThat(console.id("usage")).containsText("tokens", ConsolePage.soonText());
        console.id("usage-toggle").click();
        assertThat(console.id("usage-details"))
                .containsText("tokens today", ConsolePage.soonText());
        assertThat(console.id("usage-details")).containsText("used");
    }

    @Test
    void a_refusal_says_in_plain_words_what_to_do() {
        console.signIn("user1");
        Locator turn = console.ask("x".repeat(32_001));
        console.awaitState(turn, "failed");
        Locator error = turn.getByTestId("error");
        assertThat(error).hasAttribute("data-code", "message_too_long");
        assertThat(error).containsText("too long");
        assertThat(error).containsText("Shorten it");
    }

    @Test
    void a_failed_answer_can_be_asked_for_again() {
        console.signIn("user1");
        Locator turn = console.ask("/demo fail-during\ntry this");
        console.awaitState(turn, "failed");
        assertThat(turn.getByTestId("error")).hasAttribute("data-code", "upstream_error");
        turn.getByTestId("ask-again").click();
        assertThat(console.turns().last().getByTestId("branch"))
                .hasText(
                        "2 / 2",
                        new com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions()
                                .setTimeout(ConsolePage.PATIENCE_MS));
        console.awaitState(console.turns().last(), "failed");
    }

    @Test
    void the_page_speaks_german_and_goes_from_right_to_left() {
        console.signIn("user1");
        console.id("settings").click();
        console.id("setting-direction").selectOption("rtl");
        assertThat(console.page().locator("html")).hasAttribute("dir", "rtl");
        console.id("setting-language").selectOption("de");
        assertThat(console.page().locator("html")).hasAttribute("lang", "de", ConsolePage.soon());
        assertThat(console.id("new-conversation")).containsText("Neue Unterhaltung");
        assertThat(console.page().locator("html")).hasAttribute("dir", "rtl");
    }

    @Test
    void everything_is_done_by_keyboard() {
        console.signIn("user1");
        Page page = console.page();
        assertThat(console.id("composer")).isFocused();
        page.keyboard().type("/demo echo\u0020");
        page.keyboard().press("Shift+Enter");
        page.keyboard().type("by keyboard");
        page.keyboard().press("Enter");
        console.awaitState(console.turns().last(), "done");
        page.keyboard().press("F6");
        assertThat(console.id("composer")).not().isFocused();
        page.keyboard().press("F6");
        assertThat(console.id("composer")).isFocused();
    }

    @Test
    void the_page_is_small_and_compressed() {
        long[] bytes = {0};
        ConsolePage measured = ConsolePage.open(browser, run.gateway());
        try (measured) {
            var session = measured.context().newCDPSession(measured.page());
            session.send("Network.enable");
            session.on(
                    "Network.loadingFinished",
                    event -> bytes[0] += event.get("encodedDataLength").getAsLong());
            measured.page().reload();
            measured.signIn("user1");
            measured.awaitState(measured.ask("/demo echo\n```java\nint a = 1;\n```"), "done");
            measured.page()
                    .waitForCondition(
                            () -> measured.page().locator(".hl-type, .hl-keyword").count() > 0);
        }
        System.out.println("Transferred until a highlighted answer stands: " + bytes[0] + " bytes");
        assertThat(bytes[0]).isBetween(20_000L, 150_000L);
    }
}
