package dev.parley.gateway.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswerFilterTest {

    /**
     * A record is message, attempt and kind: t(oken), r(estart), d(one), e(rror); then its worker.
     */
    @ParameterizedTest(name = "{2}")
    @CsvSource({
        "a1t a1t a1d,             a1t a1t a1d,         'an answer passes whole'",
        "a1t a1d a1t a1e,         a1t a1d,             'after the end nothing passes'",
        "a1t a2r a1t a2t a2d,     a1t a2r a2t a2d,     'a lost attempt is ignored'",
        "a1t a2r a2t a1d,         a1t a2r a2t a1d,     'the end passes whatever its attempt'",
        "a1e a1d,                 a1e,                 'the first end is the only one'",
        "a1t b1t a1d b1t b1d,     a1t b1t a1d b1t b1d, 'messages do not disturb one another'",
        "a2t a1t b1t,             a2t b1t,             'attempts are counted by message'",
        "a1tx a1ty a1tx a1d,      a1tx a1tx a1d,       'of two workers the first is followed'",
        "a1tx a2ry a2tx a2ty,     a1tx a2ry a2ty,      'and the next attempt is its own'",
        "a1d b1d a1t b1t c1t,     a1d b1d c1t,         'ended ones are remembered'",
    })
    void table(String records, String passing, String name) {
        AnswerFilter filter = new AnswerFilter();
        List<String> passed = new ArrayList<>();
        long offset = 10;
        for (String r : records.split(" ")) {
            String worker = r.length() > 3 ? r.substring(3) : "w";
            if (filter.passes(offset++, r.substring(0, 1), r.charAt(1) - '0', worker, kind(r))) {
                passed.add(r);
            }
        }
        assertThat(passed).containsExactly(passing.split(" "));
    }

    @Test
    void theOldestUnfinishedMessageSaysHowFarBackAReaderMustGo() {
        AnswerFilter filter = new AnswerFilter();
        assertThat(filter.unfinishedSince(5)).isEqualTo(5);
        filter.passes(10, "a", 1, "w", "token");
        filter.passes(12, "b", 1, "w", "token");
        assertThat(filter.unfinishedSince(13)).isEqualTo(10);
        filter.passes(14, "a", 1, "w", "done");
        assertThat(filter.unfinishedSince(14)).isEqualTo(12);
        filter.passes(15, "b", 1, "w", "error");
        assertThat(filter.unfinishedSince(15)).isEqualTo(15);
    }

    @Test
    void aReopenedMessageMayEndAgain() {
        AnswerFilter filter = new AnswerFilter();
        filter.passes(1, "a", 1, "w", "done");
        assertThat(filter.passes(2, "a", 1, "w", "done")).isFalse();
        filter.reopen("a", 2);
        assertThat(filter.passes(3, "a", 1, "w", "done")).isTrue();
    }

    private static String kind(String record) {
        return switch (record.charAt(2)) {
            case 't' -> "token";
            case 'r' -> "restart";
            case 'd' -> "done";
            default -> "error";
        };
    }
}
