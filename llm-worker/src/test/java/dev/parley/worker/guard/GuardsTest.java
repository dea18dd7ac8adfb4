package dev.parley.worker.guard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.worker.guard.Guard.Outcome;
import dev.parley.worker.guard.Guard.Stage;
import dev.parley.worker.provider.BreakerSettings;
import dev.parley.worker.provider.ConfiguredProviders;
import dev.parley.worker.provider.FurtherProviders;
import dev.parley.worker.provider.ProviderSettings;
import dev.parley.worker.provider.Providers;
import dev.parley.worker.provider.RoutedStream;
import dev.parley.worker.provider.demo.DemoSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is let through, and what is shown of an answer before it is known. */
class GuardsTest {

    private static final Instant LATER = Instant.now().plusSeconds(60);
    private static final List<GuardSettings.Rule> RULES =
            List.of(
                    rule("card", "\\b\\d{4}-\\d{4}-\\d{4}-\\d{4}\\b", Outcome.BLOCK),
                    rule("rude", "fool", Outcome.WARN));

    private static GuardSettings.Rule rule(String name, String pattern, Outcome verdict) {
        return new GuardSettings.Rule(
                name, pattern, List.of(Stage.PROMPT, Stage.ANSWER), verdict, null);
    }

    private static Guards rules() {
        return new Guards(List.of(new RuleGuard(RULES)), GuardSettings.OnFailure.BLOCK, 40);
    }

    @ParameterizedTest
    @CsvSource({
        "a friendly text,                 ALLOW, ''",
        "you FOOL,                        WARN,  rude",
        "1234-1234-1234-1234,             BLOCK, card",
        "fool 1234-1234-1234-1234 fool,   BLOCK, card",
    })
    void theStrictestRuleThatMatchesCounts(String text, Outcome outcome, String rule) {
        Guard.Verdict verdict = rules().verdict(Stage.PROMPT, text, LATER);

        assertThat(verdict.outcome()).isEqualTo(outcome);
        assertThat(verdict.rule()).isEqualTo(rule);
    }

    /** RE2 knows no back references, and needs no more time for a nasty text than for another. */
    @Test
    void aNastyPatternCostsLinearTime() {
        Guards nasty =
                new Guards(
                        List.of(
                                new RuleGuard(
                                        List.of(
                                                rule(
                                                        "nasty",
                                                        "(a*)*(a*)*(a*)*b$",
                                                        Outcome.BLOCK)))),
                        GuardSettings.OnFailure.BLOCK,
                        0);
        long began = System.nanoTime();

        assertThat(nasty.verdict(Stage.PROMPT, "a".repeat(5_000), LATER).outcome())
                .isEqualTo(Outcome.ALLOW);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThatThrownBy(() -> new RuleGuard(List.of(rule("bad", "(", Outcome.BLOCK))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("bad");
    }

    @Test
    void whatARuleMatchesIsNotShownHoweverItIsCut() {
        String answer =
                "Well, here you are: take 1234-1234-1234-1234 and be happy with it for ever.";
        for (int size = 1; size < 20; size++) {
            AnswerScreen screen = rules().screen(LATER);
            StringBuilder shown = new StringBuilder();
            for (int at = 0; at < answer.length(); at += size) {
                shown.append(
                        screen.pass(answer.substring(at, Math.min(answer.length(), at + size))));
            }
            shown.append(screen.rest());

            assertThat(screen.verdict().outcome()).isEqualTo(Outcome.BLOCK);
            assertThat(shown.toString()).as("pieces of %d", size).doesNotContain("1234");
        }
    }

    @Test
    void aGoodAnswerIsShownWholeAndInOrder() {
        String answer = "abcdefghij ".repeat(300);
        AnswerScreen screen = rules().screen(LATER);
        StringBuilder shown = new StringBuilder();
        int longestWait = 0;
        for (int at = 0; at < answer.length(); at += 7) {
            shown.append(screen.pass(answer.substring(at, Math.min(answer.length(), at + 7))));
            longestWait = Math.max(longestWait, at + 7 - shown.length());
        }
        assertThat(longestWait).isLessThan(40 + 64 + 14);
        shown.append(screen.rest());

        assertThat(shown.toString()).isEqualTo(answer);
        assertThat(Guards.OFF.screen(LATER).pass("at once")).isEqualTo("at once");
    }

    @ParameterizedTest
    @CsvSource({"BLOCK,BLOCK", "ALLOW,ALLOW"})
    void aCheckThatFailsMeansWhatIsConfigured(GuardSettings.OnFailure onFailure, Outcome outcome) {
        Guards guards = new Guards(List.of(classifier("demo:fail-before")), onFailure, 0);

        assertThat(guards.verdict(Stage.PROMPT, "anything", LATER).outcome()).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource({"ALLOW it,ALLOW", "'  warn: hm',WARN", "Block!,BLOCK"})
    void theFirstWordOfTheClassifiersReplyCounts(String reply, Outcome outcome) throws Exception {
        assertThat(ClassifierGuard.verdictOf(reply, Stage.PROMPT, "No.").outcome())
                .isEqualTo(outcome);
    }

    @Test
    void aReplyThatIsNoVerdictIsAFailure() {
        Guards guards = new Guards(List.of(classifier("demo")), GuardSettings.OnFailure.BLOCK, 0);

        assertThat(guards.verdict(Stage.PROMPT, "Hi", LATER).rule()).isEqualTo("check_failed");
    }

    private static Guard classifier(String model) {
        ProviderSettings main =
                new ProviderSettings(
                        null,
                        null,
                        null,
                        null,
                        false,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        0,
                        Duration.ZERO,
                        Duration.ZERO,
                        4096);
        ConfiguredProviders configured =
                ConfiguredProviders.of(
                        main,
                        new FurtherProviders(Map.of()),
                        new DemoSettings(0, Duration.ZERO),
                        new BreakerSettings(
                                20, 10, 60, Duration.ofSeconds(1), 1, Duration.ofSeconds(1)),
                        Clock.systemUTC());
        Providers providers =
                new Providers(
                        configured.all(),
                        new Providers.Rules(
                                configured.defaultModel(),
                                name -> null,
                                new RoutedStream.Policy(0, Duration.ZERO, Duration.ZERO)),
                        new Random(1),
                        new SimpleMeterRegistry());
        return new ClassifierGuard(
                new GuardSettings.Classifier(
                        model,
                        "Judge.",
                        List.of(Stage.PROMPT, Stage.ANSWER),
                        Duration.ofSeconds(5),
                        null),
                providers,
                Clock.systemUTC());
    }
}
