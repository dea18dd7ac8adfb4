package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.args.AxeRunOptions;
import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.options.ColorScheme;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.util.List;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every page by axe, by the rules of WCAG 2.2 A and AA: light, dark, phone, right to left. */
@ExtendWith({Chromium.class, SharedRun.class})
class AccessibilityTest {

    private static final List<String> RULES =
            List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");

    private final OneCommandRun run;
    private final Browser browser;

    AccessibilityTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @ParameterizedTest(name = "{0}, {1} pixels wide, {2}")
    @CsvSource({"LIGHT,1280,ltr", "DARK,1280,ltr", "LIGHT,390,ltr", "DARK,390,rtl"})
    void no_page_breaks_a_rule(ColorScheme scheme, int width, String direction) {
        ConsolePage console =
                ConsolePage.open(
                        browser,
                        run.gateway(),
                        new Browser.NewContextOptions()
                                .setColorScheme(scheme)
                                .setViewportSize(width, 844));
        try (console) {
            console.page()
                    .evaluate(
                            "direction => localStorage.setItem('parley.look.1',"
                                    + " JSON.stringify({direction}))",
                            direction);
            console.page().reload();
            check(console, "sign-in");
            console.signIn("admin");
            check(console, "empty chat");
            console.awaitState(
                    console.ask(
                            "/demo echo\n# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\n1\n```"),
                    "done");
            check(console, "chat");
            console.id("connection-toggle").click();
            check(console, "connection");
            console.id("connection-toggle").click();
            console.id("usage-toggle").click();
            check(console, "usage");
            console.id("usage-toggle").click();
            console.turns().last().getByTestId("show-flow").click();
            assertThat(console.id("flow").locator("[data-name=done]").first())
                    .isVisible(ConsolePage.visible());
            check(console, "flow");
            console.id("flow-close").click();
            for (String page : Screens.PAGES) {
                console.show(page);
                check(console, page);
            }
        }
    }

    /**
     * axe would copy the page's style sheets into inline ones, which the page's policy forbids and
     * only the rule about locked orientation looks at; that no style sheet asks for an orientation
     * is a test of the files.
     */
    private static final class WithoutPreload extends AxeRunOptions {
        @SuppressWarnings("unused") // read by the serialiser
        public boolean getPreload() {
            return false;
        }
    }

    private static void check(ConsolePage console, String what) {
        List<Rule> violations =
                new AxeBuilder(console.page())
                        .options(new WithoutPreload())
                        .withTags(RULES)
                        .analyze()
                        .getViolations();
        assertThat(violations)
                .as("violations on %s", what)
                .extracting(rule ->
                        rule.getId()
                                + ": "
                                + rule.getNodes().stream()
                                        .limit(4)
                                        .map(node ->
                                                node.getTarget() + " " + node.getFailureSummary())
                                        .toList())
                .isEmpty();
    }
}
