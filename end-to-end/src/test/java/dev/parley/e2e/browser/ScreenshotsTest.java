package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    }

    @AfterAll
    void stopRun() {
        if (run != null) {
            run.close();
        }
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
            take(console, "sign-in", name);
            console.signIn("admin");
            console.page().waitForTimeout(500);
            take(console, "start", name);
            console.awaitState(
                    console.ask(
                            "Write a C++ program to find the nth Fibonacci number using"
                                    + " recursion."),
                    "done");
            console.page().waitForTimeout(700);
            take(console, "chat", name);
            console.id("connection-toggle").click();
            take(console, "connection", name);
            console.id("connection-toggle").click();
            console.turns().last().getByTestId("show-flow").click();
            assertThat(console.id("flow").locator("[data-name=done]").first())
                    .isVisible(ConsolePage.visible());
            take(console, "flow", name);
            console.id("flow-close").click();
            for (String page : Screens.PAGES) {
                console.goTo(page);
                console.page().waitForTimeout(1_200);
                take(console, page.substring(2).replace('/', '-'), name);
            }
            console.goTo("#/audit/search/conversations");
            console.id("audit-open").first().click();
            console.id("verify").click();
            assertThat(console.id("verdict"))
                    .containsText("Nothing was changed", ConsolePage.soonText());
            take(console, "audit-conversation", name);
            console.goTo("#/admin/roles");
            console.id("entity-open").first().click();
            console.page().waitForTimeout(500);
            take(console, "admin-edit", name);
            console.page().keyboard().press("Escape");
            console.goTo("#/");
            if (width < 760) {
                console.id("history-open").click();
                take(console, "history", name);
            }
            console.id("nav-demo").click();
            console.page().waitForTimeout(400);
            take(console, "break-something", name);
        }
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
