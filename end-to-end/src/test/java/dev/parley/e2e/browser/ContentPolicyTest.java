package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.LIST;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every page under the content security policy that the gateway sends, without a violation. */
@ExtendWith({Chromium.class, SharedRun.class})
class ContentPolicyTest {

    /** Hears what the browser refuses, from before the page's first script, in shadow trees too. */
    private static final String EAR =
            """
            window.violations = [];
            addEventListener('securitypolicyviolation', (event) => window.violations.push(
              `${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`),
              { capture: true });
            """;

    private final OneCommandRun run;
    private final Browser browser;

    ContentPolicyTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @Test
    void the_policy_lets_in_nothing_from_elsewhere_and_nothing_inline() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            for (String path : new String[] {"/", "/js/main.js", "/api/me"}) {
                URI address = run.gateway().resolve(path);
                HttpResponse<Void> answer =
                        http.send(
                                HttpRequest.newBuilder(address).build(),
                                HttpResponse.BodyHandlers.discarding());
                assertThat(answer.headers().firstValue("Content-Security-Policy").orElse(""))
                        .as(path)
                        .contains("default-src 'none'", "script-src 'self';", "style-src 'self';")
                        .contains("connect-src 'self'", "base-uri 'none'", "frame-ancestors 'none'")
                        .doesNotContain("unsafe", "*", "http:", "https:");
            }
        }
    }

    /** Else the test below would pass by hearing nothing. */
    @Test
    void a_violation_is_heard() {
        try (BrowserContext context = browser.newContext()) {
            Page page = context.newPage();
            page.addInitScript(EAR);
            page.navigate(run.gateway() + "/");
            page.evaluate(
                    """
                    () => {
                      const tree = document.body.appendChild(document.createElement('div'))
                        .attachShadow({ mode: 'open' });
                      const style = document.createElement('style');
                      style.textContent = '* { color: red }';
                      tree.append(style);
                    }
                    """);
            page.waitForCondition(
                    () -> !page.evaluate("window.violations").equals(java.util.List.of()));
            assertThat(page.evaluate("window.violations.join()").toString()).contains("style-src");
        }
    }

    @Test
    void no_page_breaks_the_policy() {
        try (ConsolePage console = ConsolePage.open(browser, run.gateway())) {
            console.page().addInitScript(EAR);
            console.page().reload();
            console.signIn("admin");
            Locator turn =
                    console.ask(
                            "/demo echo\n# A\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] c\n\n"
                                    + "```java\nint a = 1;\n```\n\n![p](https://example.org/p.png) "
                                    + UUID.randomUUID());
            console.awaitState(turn, "done");
            assertThat(turn.locator(".hl-type").first()).isVisible(ConsolePage.visible());
            chat(console);
            String conversation = console.conversationId();
            for (String page : Screens.PAGES) {
                console.show(page);
                assertUnbroken(console, page);
            }
            console.repeatUntil(
                    () -> {
                        console.goTo("#/");
                        console.show("#/audit/conversation/" + conversation);
                    },
                    console.id("audit-transcript").locator("[data-state=done]"),
                    1);
            console.id("verify").click();
            console.awaitRead();
            assertUnbroken(console, "conversation");
            console.show("#/audit/replay/" + conversation);
            console.show("#/audit/rerun/" + conversation);
            console.id("rerun-start").click();
            assertThat(console.id("rerun-pair")).isVisible(ConsolePage.visible());
            console.awaitRead();
            assertUnbroken(console, "replay and rerun");
            console.show("#/admin/roles");
            console.id("entity-open").first().click();
            assertThat(console.id("entity-dialog")).isVisible(ConsolePage.visible());
            assertUnbroken(console, "a form");
        }
    }

    private static void chat(ConsolePage console) {
        assertUnbroken(console, "chat");
        console.id("connection-toggle").click();
        console.id("usage-toggle").click();
        assertThat(console.id("usage-details")).isVisible();
        assertUnbroken(console, "connection and usage");
        console.page().keyboard().press("Escape");
        console.turns().last().getByTestId("show-flow").click();
        assertThat(console.id("flow").locator("[data-name=done]").first())
                .isVisible(ConsolePage.visible());
        assertUnbroken(console, "flow");
        console.id("flow-close").click();
        console.id("nav-demo").click();
        assertThat(console.id("break-worker")).isVisible();
        console.id("demo-close").click();
        assertUnbroken(console, "break something");
    }

    private static void assertUnbroken(ConsolePage console, String what) {
        assertThat(console.page().evaluate("window.violations"))
                .as("violations of the policy on %s", what)
                .asInstanceOf(LIST)
                .isEmpty();
    }
}
