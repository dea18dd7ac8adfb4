package dev.parley.bench.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerPlanTest {

    @ParameterizedTest
    @CsvSource({"b1-7, 44, 0, 10", "x, 1, 50, 4000", "long-id_9, 100000, 12.5, 0"})
    void aPromptCarriesItsPlan(String id, int tokens, double pace, int chars) {
        AnswerPlan plan = new AnswerPlan(id, tokens, pace);
        String prompt = plan.prompt(chars);
        assertThat(prompt.length()).isBetween(chars, Math.max(chars + 12, 90));
        assertThat(AnswerPlan.in(prompt)).contains(plan);
    }

    @Test
    void theLastPlanOfATextCounts() {
        String text = new AnswerPlan("a", 1, 0).prompt(0) + new AnswerPlan("b", 2, 0).prompt(0);
        assertThat(AnswerPlan.in(text)).contains(new AnswerPlan("b", 2, 0));
        assertThat(AnswerPlan.in("What is a plan?")).isEmpty();
    }

    @Test
    void nonsenseIsRefused() {
        assertThatThrownBy(() -> new AnswerPlan("a", 0, 0)).hasMessageContaining("not 0");
        assertThatThrownBy(() -> new AnswerPlan("a", 1, -1)).hasMessageContaining("not -1");
        assertThatThrownBy(() -> new AnswerPlan("a", 1, Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void aPacedTokenIsDueByItsNumber() {
        assertThat(new AnswerPlan("a", 9, 50).offsetNanos(3)).isEqualTo(60_000_000);
        assertThat(new AnswerPlan("a", 9, 0).offsetNanos(3)).isZero();
    }

    @Test
    void anAnswerUsesEveryWordAndDiffersFromAnother() {
        int words = AnswerText.WORDS.size();
        assertThat(IntStream.range(0, words).map(i -> AnswerText.word("a", i)).distinct().count())
                .isEqualTo(words);
        assertThat(AnswerText.joined("a", 40)).isNotEqualTo(AnswerText.joined("b", 40));
        assertThat(AnswerText.joined("a", 3))
                .isEqualTo(
                        AnswerText.token("a", 0)
                                + AnswerText.token("a", 1)
                                + AnswerText.token("a", 2));
    }
}
