package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A conversation played again from the record, and asked again and compared. */
@ExtendWith({Chromium.class, SharedRun.class})
class ReplayPagesTest {

    /** Ten seconds of it: long enough to be stopped in the middle, and to be seen to go faster. */
    private static final String LONG = "/demo pace=20 tokens=200\nTell me a long story.";

    private final OneCommandRun run;
    private final Browser browser;
    private ConsolePage console;

    ReplayPagesTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @BeforeEach
    void openPage() {
        console = ConsolePage.open(browser, run.gateway()).signIn("auditor");
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void a_replay_plays_pauses_goes_on_and_goes_faster() {
        String whole = recorded(LONG);
        console.id("to-replay").click();
        assertThat(state()).hasText("plays", ConsolePage.soonExactly());
        Locator text = console.id("replay-transcript").getByTestId("answer-text");
        awaitLength(text, 40);
        assertThat(console.id("replay-transcript").getByTestId("question"))
                .containsText("Tell me a long story.");

        console.id("replay-play").click();
        assertThat(state()).hasText("paused");
        String paused = text.innerText();
        Awaitility.await("nothing moves while it is paused")
                .pollInSameThread()
                .during(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(3))
                .until(() -> text.innerText().equals(paused));
        assertThat(paused.length()).isLessThan(whole.length() / 2);

        console.id("replay-play").click();
        assertThat(state()).hasText("plays");
        awaitLength(text, paused.length() + 20);
        assertThat(state()).hasText("plays");

        long begun = System.nanoTime();
        console.id("replay-speed").selectOption("50");
        assertThat(state()).hasText("ended", ConsolePage.soonExactly());
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(4));
        assertThat(text.innerText()).isEqualTo(whole);
    }

    @Test
    void a_replay_is_scrubbed_to_and_fro_and_leaves_nothing_out() {
        String whole = recorded(LONG);
        console.id("to-replay").click();
        console.awaitRead();
        console.id("replay-play").click();
        assertThat(state()).hasText("paused");
        Locator text = console.id("replay-transcript").getByTestId("answer-text");
        Locator position = console.id("replay-position");
        int length = Integer.parseInt(position.getAttribute("max"));
        assertThat(length).isGreaterThan(5_000);

        position.fill(Integer.toString(length * 3 / 4));
        String most = text.innerText().strip();
        assertThat(most.length()).isBetween(whole.length() / 2, whole.length() - 1);
        assertThat(whole).startsWith(most);
        position.fill(Integer.toString(length / 4));
        String some = text.innerText().strip();
        assertThat(some.length()).isBetween(1, whole.length() / 2);
        assertThat(most).startsWith(some);
        position.fill(Integer.toString(length));
        assertThat(text).hasText(whole, inner());
        assertThat(state()).hasText("ended");
        // Played once more from its beginning.
        console.id("replay-play").click();
        assertThat(state()).hasText("plays");
        assertThat(text).not().hasText(whole, inner());
    }

    @Test
    void silences_are_shortened_on_request() {
        String whole = recorded("/demo fast delay=9s\nThink before you speak.");
        console.id("to-replay").click();
        assertThat(state()).hasText("plays", ConsolePage.soonExactly());
        console.id("replay-shorten").check();
        long begun = System.nanoTime();
        assertThat(state()).hasText("ended", ConsolePage.soonExactly());
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
        assertThat(console.id("replay-transcript").getByTestId("answer-text"))
                .hasText(whole, inner());
    }

    @Test
    void a_rerun_stands_beside_the_original_and_what_differs_is_marked() {
        recorded("/demo fast\nHow are you today?");
        console.id("to-rerun").click();
        console.id("rerun-model").fill("demo:echo");
        console.id("rerun-start").click();
        Locator pair = console.id("rerun-pair");
        assertThat(pair.locator("ins").first()).isVisible(ConsolePage.visible());
        console.awaitRead();
        assertThat(console.id("rerun-state")).containsText("done");
        Locator sides = pair.locator(".side-text");
        assertThat(sides).hasCount(2);
        assertThat(sides.first()).containsText("This is the demonstration model of Parley");
        assertThat(sides.first().locator("del").first()).isVisible();
        assertThat(sides.first().locator("ins")).hasCount(0);
        assertThat(sides.last()).containsText("How are you today?");
        assertThat(sides.last().locator("del")).hasCount(0);
        Locator models =
                pair.locator("tbody tr").filter(new Locator.FilterOptions().setHasText("Model"));
        assertThat(models.locator("td").first()).hasText("demo");
        assertThat(models.locator("td").last()).hasText("demo:echo");
        console.id("rerun-state").getByText("The new conversation").click();
        assertThat(console.id("audit-transcript"))
                .containsText("How are you today?", ConsolePage.soonText());
    }

    @Test
    void a_rerun_that_answers_the_same_says_so() {
        recorded("/demo echo\nthe same " + UUID.randomUUID());
        console.id("to-rerun").click();
        console.id("rerun-start").click();
        Locator pair = console.id("rerun-pair");
        assertThat(pair).containsText("the same text", ConsolePage.soonText());
        assertThat(pair.locator("ins, del")).hasCount(0);
    }

    /** Asks, opens the conversation in the record, and gives the answer as it is shown. */
    private String recorded(String question) {
        Locator turn = console.ask(question);
        console.awaitState(turn, "done");
        String answer = turn.getByTestId("answer-text").innerText();
        String conversation = console.conversationId();
        console.repeatUntil(
                () -> {
                    console.goTo("#/");
                    console.show("#/audit/conversation/" + conversation);
                },
                console.id("audit-transcript").locator("[data-state=done]"),
                1);
        return answer;
    }

    private Locator state() {
        return console.id("replay-state");
    }

    /** As it is read, with its paragraphs apart. */
    private static LocatorAssertions.HasTextOptions inner() {
        return ConsolePage.soonExactly().setUseInnerText(true);
    }

    private void awaitLength(Locator text, int characters) {
        console.page()
                .waitForCondition(
                        () -> text.count() == 1 && text.innerText().length() > characters,
                        new com.microsoft.playwright.Page.WaitForConditionOptions()
                                .setTimeout(ConsolePage.PATIENCE_MS));
    }
}
