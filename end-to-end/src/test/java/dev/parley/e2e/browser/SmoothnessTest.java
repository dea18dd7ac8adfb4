package dev.parley.e2e.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** 10,000 tokens into a page that stays usable. */
@ExtendWith({Chromium.class, SharedRun.class})
class SmoothnessTest {

    private static final int TOKENS = 10_000;

    private final OneCommandRun run;
    private final Browser browser;

    SmoothnessTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @Test
    void ten_thousand_tokens_hold_nothing_up() {
        try (ConsolePage console = ConsolePage.open(browser, run.gateway())) {
            console.signIn("admin");
            console.page()
                    .evaluate(
                            """
                            () => {
                              const seen = { long: [], frames: [], last: performance.now() };
                              window.seen = seen;
                              new PerformanceObserver((list) => seen.long.push(
                                ...list.getEntries().map((entry) => entry.duration)))
                                .observe({ entryTypes: ['longtask'] });
                              const frame = (now) => {
                                seen.frames.push(now - seen.last);
                                seen.last = now;
                                requestAnimationFrame(frame);
                              };
                              requestAnimationFrame(frame);
                            }
                            """);
            Locator turn = console.ask("/demo pace=1000 tokens=" + TOKENS + "\nTell me all.");
            console.awaitState(turn, "done");
            console.assertComplete(turn);
            @SuppressWarnings("unchecked")
            Map<String, Object> figures =
                    (Map<String, Object>)
                            console.page()
                                    .evaluate(
                                            """
                                            () => {
                                              const { long, frames } = window.seen;
                                              const sorted = frames.toSorted((a, b) => a - b);
                                              const at = (p) => sorted[Math.floor(sorted.length * p)];
                                              return { tokens: document.querySelector('parley-chat')
                                                  .session.turns.at(-1).result.tokens_output,
                                                longTasks: long.length,
                                                longest: Math.max(0, ...long),
                                                frames: frames.length, p50: at(.5), p95: at(.95),
                                                p99: at(.99) };
                                            }
                                            """);
            System.out.println("Streaming " + TOKENS + " tokens: " + figures);
            assertThat(((Number) figures.get("tokens")).intValue()).isGreaterThanOrEqualTo(TOKENS);
            assertThat(((Number) figures.get("p50")).doubleValue())
                    .as("milliseconds between frames, median")
                    .isLessThan(25);
            // Other processes of the machine can hold the browser up; its own work must not.
            assertThat(((Number) figures.get("longTasks")).intValue()).isLessThanOrEqualTo(3);
        }
    }
}
