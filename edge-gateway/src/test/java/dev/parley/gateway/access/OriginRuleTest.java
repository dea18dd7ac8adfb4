package dev.parley.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginRuleTest {

    @ParameterizedTest(name = "{0} at {1}, fetch-site {2}: {3}")
    @CsvSource({
        // origin, host, Sec-Fetch-Site, allowed; N: absent
        "N, chat.example.org, N, true",
        "N, chat.example.org, cross-site, false",
        "N, chat.example.org, same-origin, false",
        "https://chat.example.org, chat.example.org, N, true",
        "https://chat.example.org:443, chat.example.org, N, true",
        "http://localhost:8080, localhost:8080, same-origin, true",
        "http://localhost:3000, localhost:8080, N, false",
        "https://app.example.org, chat.example.org, N, true",
        "https://APP.example.org, chat.example.org, N, true",
        "http://app.example.org, chat.example.org, N, false",
        "https://app.example.org.evil.org, chat.example.org, N, false",
        "https://evilapp.example.org, chat.example.org, N, false",
        "https://app.example.org@evil.org, chat.example.org, N, false",
        "https://chat.example.org.evil.org, chat.example.org, N, false",
        "https://app.example.org/path, chat.example.org, N, false",
        "null, chat.example.org, N, false",
        "file://, chat.example.org, N, false",
        "'', chat.example.org, N, false",
    })
    void handshake(String origin, String host, String fetchSite, boolean allowed) {
        OriginRule rule = new OriginRule(List.of("https://app.example.org"));
        OriginRule.Claim claim =
                new OriginRule.Claim(absent(origin), host, false, absent(fetchSite));
        assertThat(rule.allows(claim, true)).isEqualTo(allowed);
    }

    /** A page's own GET has no origin, but says that it is the same. */
    @ParameterizedTest
    @CsvSource({"same-origin, true", "none, true", "cross-site, false", "N, true"})
    void plainRequest(String fetchSite, boolean allowed) {
        OriginRule.Claim claim = new OriginRule.Claim(null, "h", false, absent(fetchSite));
        assertThat(new OriginRule(List.of()).allows(claim, false)).isEqualTo(allowed);
    }

    private static String absent(String text) {
        return text.equals("N") ? null : text;
    }
}
