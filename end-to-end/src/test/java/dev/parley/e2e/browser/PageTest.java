package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.assertions.LocatorAssertions;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import dev.parley.e2e.system.Suites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** The page at {@code /} in Debian's Chromium. */
@EnabledIf("isPossible")
@ExtendWith(SharedRun.class)
class PageTest {

    private static final LocatorAssertions.ContainsTextOptions SOON =
            new LocatorAssertions.ContainsTextOptions().setTimeout(20_000);
    private static final LocatorAssertions.HasAttributeOptions SOON_STATE =
            new LocatorAssertions.HasAttributeOptions().setTimeout(20_000);

    private static Playwright playwright;
    private static Browser browser;

    private final OneCommandRun run;
    private final List<String> complaints = new ArrayList<>();
    private BrowserContext context;
    private Page page;

    PageTest(OneCommandRun run) {
        this.run = run;
    }

    static boolean isPossible() {
        boolean possible = chromium() != null;
        if (!possible && Suites.isRequired("browser")) {
            throw new AssertionError("the browser suite is required, and there is no Chromium");
        }
        return possible;
    }

    @BeforeAll
    static void startBrowser() {
        Suites.ran("browser", "the page in " + chromium());
        playwright =
                Playwright.create(
                        new Playwright.CreateOptions()
                                .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser =
                playwright
                        .chromium()
                        .launch(
                                new BrowserType.LaunchOptions()
                                        .setExecutablePath(chromium())
                                        .setArgs(
                                                List.of(
                                                        "--no-sandbox",
                                                        "--disable-gpu",
                                                        "--disable-quic",
                                                        "--disable-background-networking",
                                                        "--disable-component-update",
                                                        "--disable-sync")));
    }

    @AfterAll
    static void stopBrowser() {
        if (playwright != null) {
            playwright.close();
        }
    }

    @BeforeEach
    void openPage() {
        context = browser.newContext();
        page = context.newPage();
        page.onConsoleMessage(m -> {
            if (m.type().equals("error") && !m.text().contains("401")) {
                complaints.add(m.text());
            }
        });
        page.onPageError(complaints::add);
        page.navigate(run.gateway() + "/");
    }

    @AfterEach
    void closePage() {
        context.close();
        assertThat(complaints).as("errors on the browser's console").isEmpty();
    }

    @Test
    void a_wrong_password_is_said_and_the_right_one_opens_the_chat() {
        signIn("user1", "wrong");
        assertThat(id("sign-in-error")).isVisible();
        signIn("user1", "demo-password");
        assertThat(id("composer")).isVisible();
        assertThat(page.locator("parley-connection"))
                .hasAttribute("data-state", "open", SOON_STATE);
    }

    @Test
    void an_answer_streams_and_the_strip_shows_where_it_is() {
        signIn("user1", "demo-password");
        ask("What is this?");
        Locator turn = id("turn").last();
        assertThat(turn).hasAttribute("data-state", "done", SOON_STATE);
        assertThat(turn.getByTestId("answer-text")).containsText("demonstration", SOON);
        assertThat(id("conversation-id")).not().hasText("");
        assertThat(id("message-count")).containsText("2");
    }

    @Test
    void stop_ends_an_answer() {
        signIn("user2", "demo-password");
        id("model").selectOption("demo:slow");
        ask("Tell me a long story.");
        Locator turn = id("turn").last();
        assertThat(turn).hasAttribute("data-state", "streaming", SOON_STATE);
        id("stop").click();
        assertThat(turn).hasAttribute("data-state", "done", SOON_STATE);
        assertThat(turn.getByTestId("answer-status")).containsText("Stopped", SOON);
    }

    @Test
    void the_transport_changes_in_the_middle_of_an_answer() {
        signIn("user2", "demo-password");
        id("model").selectOption("demo:slow");
        ask("Tell me a long story.");
        Locator turn = id("turn").last();
        assertThat(turn).hasAttribute("data-state", "streaming", SOON_STATE);
        id("transport-sse").check(new Locator.CheckOptions().setForce(true));
        assertThat(page.locator("parley-connection"))
                .hasAttribute("data-state", "open", SOON_STATE);
        int before = turn.getByTestId("answer-text").innerText().length();
        page.waitForCondition(
                () -> turn.getByTestId("answer-text").innerText().length() > before + 20);
        id("stop").click();
        assertThat(turn).hasAttribute("data-state", "done", SOON_STATE);
    }

    @Test
    void a_reload_keeps_the_conversation() {
        signIn("user1", "demo-password");
        ask("Will this survive a reload?");
        assertThat(id("turn").last()).hasAttribute("data-state", "done", SOON_STATE);
        String conversation = id("conversation-id").getAttribute("data-id");
        page.reload();
        assertThat(page.locator("parley-connection"))
                .hasAttribute("data-state", "open", SOON_STATE);
        assertThat(id("transcript")).containsText("Will this survive a reload?", SOON);
        assertThat(id("conversation-id")).hasAttribute("data-id", conversation, SOON_STATE);
    }

    private void signIn(String user, String password) {
        id("username").fill(user);
        id("password").fill(password);
        id("sign-in-submit").click();
    }

    private void ask(String text) {
        id("composer").fill(text);
        id("send").click();
    }

    private Locator id(String testId) {
        return page.getByTestId(testId);
    }

    private static Path chromium() {
        return Stream.of("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }
}
