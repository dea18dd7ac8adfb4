package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Texts that want to become script, in every place where somebody else's text is shown. The policy
 * of the page would stop most of them; here the page itself must leave nothing to stop.
 */
@ExtendWith({Chromium.class, SharedRun.class})
class InjectionTest {

    private static final List<String> CORPUS =
            List.of(
                    "<script>window.pwned=1</script>",
                    "<img src=x onerror=\"window.pwned=1\">",
                    "<svg/onload=window.pwned=1>",
                    "<iframe srcdoc=\"<script>parent.pwned=1</script>\"></iframe>",
                    "<a href=\"javascript:window.pwned=1\">click</a>",
                    "[click](javascript:window.pwned=1)",
                    "[click](java&#115;cript:window.pwned=1)",
                    "[click](JaVaScRiPt:window.pwned=1)",
                    "[click]( javascript:window.pwned=1)",
                    "[click](data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQ9MTwvc2NyaXB0Pg==)",
                    "[click](vbscript:msgbox)",
                    "[click](//evil.example/\"onmouseover=\"window.pwned=1)",
                    "![x](javascript:window.pwned=1)",
                    "![x](https://evil.example/pixel.png)",
                    "![x\" onerror=\"window.pwned=1](https://evil.example/a.png)",
                    "<javascript:window.pwned=1>",
                    "[ref]\n\n[ref]: javascript:window.pwned=1",
                    "```html\"><script>window.pwned=1</script>\n</code></pre><script>x</script>\n```",
                    "```js\n</code><img src=x onerror=window.pwned=1>\n```",
                    "`</code><script>window.pwned=1</script>`",
                    "| <img src=x onerror=window.pwned=1> | b |\n|---|---|\n| c | d |",
                    "- <details open ontoggle=window.pwned=1>",
                    "> <style>@import 'https://evil.example/x.css';</style>",
                    "# <base href=https://evil.example/>",
                    "<math><mtext></p><style><img src=x onerror=window.pwned=1>",
                    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
                    "<form action=https://evil.example><input name=a><button>go</button></form>",
                    "<meta http-equiv=refresh content=\"0;url=https://evil.example\">",
                    "\u202e<script>window.pwned=1</script>",
                    "<template><script>window.pwned=1</script></template>",
                    "{{constructor.constructor('window.pwned=1')()}}",
                    "<noscript><p title=\"</noscript><img src=x onerror=window.pwned=1>\">");

    /** What no text may bring into the page; icons and charts are the page's own. */
    private static final String FOREIGN =
            "script:not([src]), iframe, object, embed, base, form[action], meta[http-equiv], style,"
                    + " img:not([src='favicon.svg']), template, math, [onerror], [onload], [ontoggle],"
                    + " a[href^='javascript' i], a[href^='data' i], a[href^='vbscript' i]";

    private final OneCommandRun run;
    private final Browser browser;
    private ConsolePage console;

    InjectionTest(OneCommandRun run, Browser browser) {
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
    void answers_and_questions_stay_text() {
        console.signIn("user1");
        console.page()
                .route(
                        "**://evil.example/**",
                        route -> {
                            throw new AssertionError("fetched " + route.request().url());
                        });
        for (String text : CORPUS) {
            Locator turn = console.ask("/demo echo\n\n" + text);
            console.awaitState(turn, "done");
            assertThat(turn.getByTestId("question")).containsText(firstWord(text));
        }
        assertHarmless(console.page());
        assertThat(console.turns()).hasCount(CORPUS.size());
    }

    @Test
    void titles_tool_results_notices_and_greetings_stay_text() {
        ScriptedChat chat = ScriptedChat.on(console.page());
        console.page().reload();
        console.signIn("user1");
        assertThat(console.id("greeting")).hasText("<img src=x onerror=alert(1)>");
        Locator turn = console.ask("call your tools");
        console.awaitState(turn, "accepted");
        for (int i = 0; i < CORPUS.size(); i++) {
            String text = CORPUS.get(i);
            Map<String, Object> call =
                    Map.of(
                            "call_id",
                            "k" + i,
                            "server",
                            text,
                            "tool",
                            text,
                            "arguments",
                            Map.of(text, text));
            chat.frame("tool_call", call);
            chat.frame(
                    "tool_result",
                    Map.of("call_id", "k" + i, "status", "ok", "duration_ms", 1, "text", text));
        }
        chat.frame("warning", Map.of("message", CORPUS.get(1)));
        chat.frame("token", Map.of("seq", 0, "text", String.join("\n\n", CORPUS)));
        chat.done(String.join("\n\n", CORPUS));
        console.awaitState(turn, "done");
        assertThat(turn.getByTestId("tool-card")).hasCount(CORPUS.size());
        for (Locator summary : turn.locator(".tool summary").all()) {
            summary.click();
        }
        assertHarmless(console.page());
    }

    @Test
    void titles_in_the_history_and_texts_in_the_record_stay_text() {
        console.signIn("admin");
        String title = CORPUS.get(1) + CORPUS.get(2);
        console.awaitState(console.ask(title), "done");
        assertThat(console.id("conversation-title")).hasText(title, text());
        assertThat(console.id("history-item").first()).hasText(title, text());
        console.goTo("#/audit/search/messages");
        assertThat(console.id("audit-messages")).containsText(title, ConsolePage.soonText());
        console.id("audit-open").first().click();
        assertThat(console.id("audit-transcript")).containsText(title, ConsolePage.soonText());
        assertHarmless(console.page());
    }

    private static com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions text() {
        return new com.microsoft.playwright.assertions.LocatorAssertions.HasTextOptions()
                .setTimeout(ConsolePage.PATIENCE_MS);
    }

    private static void assertHarmless(Page page) {
        assertThat(page.evaluate("window.pwned ?? null")).isNull();
        assertThat(page.locator(FOREIGN).evaluateAll("all => all.map(e => e.outerHTML)"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .isEmpty();
    }

    private static String firstWord(String text) {
        return text.lines()
                .findFirst()
                .orElse("")
                .substring(
                        0,
                        Math.min(4, text.indexOf('\n') < 0 ? text.length() : text.indexOf('\n')));
    }
}
