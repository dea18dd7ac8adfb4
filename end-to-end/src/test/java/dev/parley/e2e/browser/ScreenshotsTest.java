package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.ColorScheme;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Takes the pictures in {@code docs/screenshots} anew; run by {@code ./parley screenshots}. On a
 * run of its own, so that nothing of other tests is in them.
 */
@EnabledIfSystemProperty(named = "parley.screenshots", matches = "true")
@ExtendWith(Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScreenshotsTest {

    private static final Path FOLDER = Path.of("../docs/screenshots");
    private static final int BYTES_MAX = 150_000;

    private final Browser browser;
    private OneCommandRun run;

    ScreenshotsTest(Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    void startRun() throws IOException {
        Files.createDirectories(FOLDER);
        run = OneCommandRun.start(TestFolders.fresh("screenshots"), Map.of());
        fill();
    }

    @AfterAll
    void stopRun() {
        if (run != null) {
            run.close();
        }
    }

    /** So that no page is empty. */
    private void fill() {
        Rest admin = new Rest(run.gateway(), run.tokens().of("admin", "admin"));
        Rest auditor = new Rest(run.gateway(), run.tokens().of("auditor", "auditor"));
        made(admin.put("/api/admin/teams/research", Map.of("limits", Map.of("cost_per_day", 20))));
        made(
                admin.put(
                        "/api/admin/users/ada",
                        Map.of(
                                "role",
                                "user",
                                "team",
                                "research",
                                "limits",
                                Map.of("requests_per_minute", 20, "tokens_per_day", 200_000))));
        made(
                admin.put(
                        "/api/admin/models/demo",
                        Map.of("price", Map.of("input", 2.5, "output", 10))));
        made(
                admin.put(
                        "/api/admin/mcp-servers/weather",
                        Map.of("transport", "http", "url", "https://weather.example.org/mcp")));
        made(
                admin.post(
                        "/api/admin/blocks",
                        Map.of("user", "mallory", "reason", "Shared an account")));
        Rest ada = new Rest(run.gateway(), run.tokens().of("ada", "user"));
        for (String question :
                List.of(
                        "Plan a two-day trip to Hamburg.",
                        "/demo fail-during\nWhat is the capital of Peru?",
                        "How do tides work?",
                        "x".repeat(40_000))) {
            say(ada, question);
        }
        say(
                new Rest(run.gateway(), run.tokens().of("mallory", "user")),
                "Is my account still open?");
        made(
                auditor.post(
                        "/api/audit/legal-holds",
                        Map.of("user", "ada", "reason", "Case 2026-114")));
        made(auditor.put("/api/audit/retention/teams/research", Map.of("days", 365)));
        say(new Rest(run.gateway(), run.tokens().of("grace", "user")), "Forget me, please.");
        made(auditor.post("/api/audit/erasures", Map.of("user", "grace")));
    }

    private static void made(Rest.Answer answer) {
        assertThat(answer.status()).as(answer.body()).isBetween(200, 201);
    }

    private static void say(Rest user, String text) {
        user.post("/api/chat", Map.of("type", "message", "text", text));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({"light,LIGHT,1280,820", "dark,DARK,1280,820", "phone,LIGHT,390,800"})
    void every_page(String name, ColorScheme scheme, int width, int height) {
        ConsolePage console =
                ConsolePage.open(
                        browser,
                        run.gateway(),
                        new Browser.NewContextOptions()
                                .setColorScheme(scheme)
                                .setLocale("en-GB")
                                .setViewportSize(width, height));
        try (console) {
            assertThat(console.id("username")).isVisible(ConsolePage.visible());
            take(console, "sign-in", name);
            console.signIn("admin");
            assertThat(console.id("starter").first()).isVisible(ConsolePage.visible());
            assertThat(console.id("nav-demo")).isAttached(attached());
            take(console, "start", name);
            String conversation = chat(console, name);
            for (String page : Screens.PAGES) {
                console.show(page);
                if (page.equals("#/admin/live")) {
                    watchSomething(console);
                }
                take(console, page.substring(2).replace('/', '-'), name);
            }
            inspect(console, conversation, name);
            console.show("#/admin/roles");
            console.id("entity-open").first().click();
            assertThat(console.id("entity-dialog")).isVisible(ConsolePage.visible());
            console.awaitRead();
            take(console, "admin-edit", name);
            console.page().keyboard().press("Escape");
            console.goTo("#/");
            if (width < 760) {
                console.id("history-open").click();
                assertThat(console.id("history-close")).isVisible();
                take(console, "history", name);
            }
            console.page()
                    .evaluate("() => document.querySelector('parley-chat').newConversation()");
            console.id("nav-demo").click();
            assertThat(console.id("break-worker")).isVisible();
            take(console, "break-something", name);
        }
    }

    private static String chat(ConsolePage console, String name) {
        Locator turn =
                console.ask(
                        "Write a C++ program to find the nth Fibonacci number using recursion.");
        console.awaitState(turn, "done");
        assertThat(turn.locator(".hl-keyword").first()).isAttached(attached());
        assertThat(console.id("history-list").locator("[aria-current]")).isAttached(attached());
        take(console, "chat", name);
        console.id("connection-toggle").click();
        take(console, "connection", name);
        console.id("connection-toggle").click();
        console.turns().last().getByTestId("show-flow").click();
        assertThat(console.id("flow").locator("[data-name=done]").first())
                .isVisible(ConsolePage.visible());
        take(console, "flow", name);
        console.id("flow-close").click();
        return console.conversationId();
    }

    private void watchSomething(ConsolePage console) {
        assertThat(console.id("live-state")).containsText("live", ConsolePage.soonText());
        for (String user : List.of("grace", "ada")) {
            say(
                    new Rest(run.gateway(), run.tokens().of(user, "user")),
                    "/demo fast\nHow do tides work?");
        }
        assertThat(console.id("live-flow").locator(".chip").filter(having("done")))
                .hasCount(2, ConsolePage.soonCount());
        console.id("live-flow").locator("summary").first().click();
    }

    private static void inspect(ConsolePage console, String conversation, String name) {
        console.repeatUntil(
                () -> {
                    console.goTo("#/");
                    console.show("#/audit/conversation/" + conversation);
                },
                console.id("audit-transcript").locator("[data-state=done]"),
                1);
        console.id("verify").click();
        assertThat(console.id("verdict"))
                .containsText("Nothing was changed", ConsolePage.soonText());
        take(console, "audit-conversation", name);
        console.id("to-replay").click();
        console.awaitRead();
        console.id("replay-play").click();
        Locator position = console.id("replay-position");
        position.fill(Integer.toString(Integer.parseInt(position.getAttribute("max")) / 2));
        take(console, "audit-replay", name);
        console.show("#/audit/rerun/" + conversation);
        console.id("rerun-model").fill("demo:echo");
        console.id("rerun-start").click();
        assertThat(console.id("rerun-pair")).isVisible(ConsolePage.visible());
        console.awaitRead();
        take(console, "audit-rerun", name);
    }

    private static Locator.FilterOptions having(String text) {
        return new Locator.FilterOptions().setHasText(text);
    }

    private static LocatorAssertions.IsAttachedOptions attached() {
        return new LocatorAssertions.IsAttachedOptions().setTimeout(ConsolePage.PATIENCE_MS);
    }

    private static void take(ConsolePage console, String page, String variant) {
        byte[] png =
                console.page()
                        .screenshot(
                                new Page.ScreenshotOptions()
                                        .setPath(FOLDER.resolve(page + "-" + variant + ".png")));
        assertThat(png.length).as(page + " " + variant).isLessThan(BYTES_MAX);
    }
}
