package dev.parley.orchestrator.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactionTest {

    private static final Redaction ALL =
            Redaction.of(List.of("mail", "card", "phone"), Map.of("case", "CASE-[0-9]{4,8}"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "write to ada.b+c@mail.example.org, please" + " | write to [redacted:mail], please",
                "a@b is no address, nor is @home | a@b is no address, nor is @home",
                "card 4111 1111 1111 1111 ends | card [redacted:card] ends",
                "card 4111-1111-1111-1111. | card [redacted:card].",
                "5500000000000004 | [redacted:card]",
                "4111 1111 1111 1112 fails its check digit"
                        + " | 4111 1111 1111 1112 fails its check digit",
                "an order number 1234567890123 | an order number 1234567890123",
                "call +49 30 901820 now | call [redacted:phone] now",
                "call 0049 (30) 90-18-20 now | call [redacted:phone] now",
                "the year 2026 and 3.14159 | the year 2026 and 3.14159",
                "see CASE-123456 | see [redacted:case]",
                "ünïcode öne@mail.example.org 😀 | ünïcode ö[redacted:mail] 😀",
            })
    void marksWhatItTakesOut(String text, String redacted) {
        assertThat(ALL.of(text)).isEqualTo(redacted);
    }

    @Test
    void withoutPatternsTakesNothingOut() {
        assertThat(Redaction.of(List.of(), Map.of())).isSameAs(Redaction.NONE);
        assertThat(Redaction.NONE.of("ada@mail.example.org")).isEqualTo("ada@mail.example.org");
    }

    /** Each of these makes a backtracking matcher try exponentially or quadratically many ways. */
    @ParameterizedTest
    @ValueSource(
            strings = {"a", "a.", "a@", "a@a.", "1 ", "1-", "+1", "0049", "CASE-1", "(1) ", "@.-"})
    void staysLinearOnHostileText(String piece) {
        String hostile = piece.repeat(1_000_000 / piece.length());
        Redaction withOwn =
                Redaction.of(
                        List.of("mail", "card", "phone"),
                        Map.of("nested", "(a+)+$", "alternating", "(a|aa|1|1 )+!"));

        Assertions.assertTimeout(Duration.ofSeconds(20), () -> withOwn.of(hostile));
    }

    @Test
    void refusesWhatItCannotApply() {
        assertThatThrownBy(() -> Redaction.of(List.of("shoe-size"), Map.of()))
                .hasMessageContaining("shoe-size");
        assertThatThrownBy(() -> Redaction.of(List.of(), Map.of("own", "(a")))
                .hasMessageContaining("own");
        assertThatThrownBy(() -> Redaction.of(List.of(), Map.of("back", "(a)\\1")))
                .hasMessageContaining("back");
        assertThatThrownBy(() -> Redaction.of(List.of(), Map.of("A]", "a")))
                .hasMessageContaining("A]");
    }
}
