package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.TestFolders;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reloads, second tabs, cut lines, ended sign-ins, dead workers: nothing gets lost. */
@ExtendWith(Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RecoveryTest {

    private static final String LONG = "/demo pace=25 tokens=300\nTell me a long story.";

    private final Browser browser;
    private OneCommandRun run;
    private ConsolePage console;

    RecoveryTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    void startRun() {
        run = OneCommandRun.start(TestFolders.fresh("recovery"), Map.of());
    }

    @AfterAll
    void stopRun() {
        if (run != null) {
            run.close();
        }
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
    void a_reload_in_the_middle_of_an_answer_goes_on_where_it_was() {
        console.signIn("user1");
        Locator turn = console.ask(LONG);
        int before = console.awaitSomeText(turn, 40).length();
        String session = session();
        console.page().reload();
        console.awaitOpen();
        assertThat(session()).isEqualTo(session);
        assertThat(console.awaitSomeText(console.turns().last(), before).length())
                .isGreaterThan(before);
        console.awaitState(console.turns().last(), "done");
        console.assertComplete(console.turns().last());
    }

    @Test
    void a_second_tab_follows_in_a_session_of_its_own() {
        console.signIn("user1");
        Page first = console.page();
        console.awaitState(console.ask("/demo echo\nthe beginning"), "done");
        Page second = console.tab();
        second.navigate(first.url());
        console.in(second).awaitOpen();
        assertThat(console.turns().last().getByTestId("answer-text"))
                .containsText("the beginning", ConsolePage.soonText());
        console.in(first);
        Locator turn = console.ask(LONG);
        int seen = console.awaitSomeText(turn, 20).length();
        console.in(second);
        assertThat(console.awaitSomeText(console.turns().last(), seen / 2)).isNotEmpty();
        assertThat(session(first)).isNotEqualTo(session(second));
        console.awaitState(console.turns().last(), "done");
        console.in(first).awaitOpen();
        console.awaitState(turn, "done");
        console.assertComplete(turn);
    }

    @Test
    void a_cut_line_comes_back_and_catches_up() {
        console.signIn("user1");
        Locator turn = console.ask(LONG);
        console.awaitSomeText(turn, 40);
        breakIt("connection");
        assertThat(console.id("demo-log"))
                .containsText("The connection is gone", ConsolePage.soonText());
        assertThat(console.id("demo-log"))
                .containsText("Back in the same session", ConsolePage.soonText());
        console.awaitState(turn, "done");
        console.assertComplete(turn);
        assertThat(console.id("demo-proof")).containsText("Nothing was lost");
    }

    @Test
    void a_browser_without_a_network_waits_and_comes_back() {
        console.signIn("user1");
        Locator turn = console.ask(LONG);
        console.awaitSomeText(turn, 20);
        // An open socket outlives the browser's own switch, so the server cuts it.
        console.context().setOffline(true);
        cutFromOutside();
        console.awaitConnection("waiting");
        console.context().setOffline(false);
        console.awaitOpen();
        console.awaitState(turn, "done");
        console.assertComplete(turn);
    }

    @Test
    void an_ended_sign_in_is_renewed_and_the_draft_stays() {
        console.signIn("user1");
        console.id("composer").fill("a draft that must stay");
        breakIt("token");
        Locator again = console.id("sign-in-again");
        again.waitFor(new Locator.WaitForOptions().setTimeout(ConsolePage.PATIENCE_MS));
        assertThat(again.getByTestId("username")).hasValue("user1");
        again.getByTestId("password").fill(ConsolePage.PASSWORD);
        again.getByTestId("sign-in-submit").click();
        console.awaitOpen();
        assertThat(console.id("composer")).hasValue("a draft that must stay");
        console.id("send").click();
        console.awaitState(console.turns().last(), "done");
    }

    @Test
    void a_killed_worker_is_taken_over_from() {
        console.signIn("user2");
        Locator turn = console.ask("/demo pace=10 tokens=200\nTell me a long story.");
        console.awaitSomeText(turn, 40);
        breakIt("worker");
        assertThat(turn.getByTestId("answer-status"))
                .containsText(
                        "another took over",
                        ConsolePage.soonText().setTimeout(2 * ConsolePage.PATIENCE_MS));
        assertThat(turn)
                .hasAttribute(
                        "data-state",
                        "done",
                        ConsolePage.soon().setTimeout(3 * ConsolePage.PATIENCE_MS));
        console.assertComplete(turn);
    }

    @Test
    void chat_goes_on_while_postgresql_stands_still() {
        console.signIn("user1");
        breakIt("postgres");
        console.awaitState(console.ask("/demo echo\nwithout a database"), "done");
        assertThat(console.id("demo-log"))
                .containsText(
                        "The history is back",
                        ConsolePage.soonText().setTimeout(2 * ConsolePage.PATIENCE_MS));
    }

    @Test
    void a_killed_system_is_waited_for_and_answers_again() {
        console.signIn("user1");
        console.awaitState(console.ask("/demo echo\nbefore"), "done");
        run.kill();
        console.awaitConnection("waiting");
        run.startAgain();
        if (console.id("reconnect-now").isVisible()) {
            console.id("reconnect-now").click();
        }
        console.awaitOpen();
        assertThat(console.turns().first()).containsText("before");
        console.awaitState(console.ask("/demo echo\nafter"), "done");
    }

    private void breakIt(String what) {
        if (!console.id("break-" + what).isVisible()) {
            console.id("nav-demo").click();
        }
        console.id("break-" + what).click();
        assertThat(console.id("demo-log").locator("li").first()).isVisible(ConsolePage.visible());
    }

    private void cutFromOutside() {
        Rest rest = new Rest(run.gateway(), run.tokens().of("user1", "user"));
        assertThat(rest.post("/api/demo/break", Map.of("what", "connection")).status())
                .isEqualTo(202);
    }

    private String session() {
        return session(console.page());
    }

    private static String session(Page page) {
        return String.valueOf(
                page.evaluate("document.querySelector('parley-chat').connection.session"));
    }
}
