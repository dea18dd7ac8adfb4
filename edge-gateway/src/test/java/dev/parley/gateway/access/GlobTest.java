package dev.parley.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @CsvSource({
        "*, anything, true",
        "gpt-*, gpt-4o, true",
        "gpt-*, agpt-4o, false",
        "*-mini, gpt-4o-mini, true",
        "g?t, gpt, true",
        "g?t, gppt, false",
        "gpt, gpt, true",
        "gpt, gpt-4, false",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-c-b, false",
    })
    void table(String pattern, String name, boolean matches) {
        assertThat(Glob.matches(pattern, name)).isEqualTo(matches);
    }
}
