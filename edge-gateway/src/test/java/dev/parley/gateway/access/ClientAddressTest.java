package dev.parley.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.gateway.GatewaySettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientAddressTest {

    @ParameterizedTest(name = "{0}, forwarded for {1}: {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "10.1.2.3          | 198.51.100.7                          | 198.51.100.7",
                "10.1.2.3          | 203.0.113.9, 198.51.100.7             | 198.51.100.7",
                "10.1.2.3          | 203.0.113.9, 198.51.100.7, 10.9.9.9   | 198.51.100.7",
                "10.1.2.3          | 203.0.113.9, 10.8.8.8, 10.9.9.9       | 203.0.113.9",
                "10.1.2.3          | 10.8.8.8                              | 10.8.8.8",
                "10.1.2.3          | 198.51.100.7:4711                     | 198.51.100.7",
                "10.1.2.3          | [2001:db8::7]:4711                    | 2001:db8:0:0:0:0:0:7",
                "10.1.2.3          | 2001:db8::7                           | 2001:db8:0:0:0:0:0:7",
                "10.1.2.3          | 203.0.113.9, unknown, 10.9.9.9        | 10.9.9.9",
                "10.1.2.3          | localhost                             | 10.1.2.3",
                "10.1.2.3          | ''                                    | 10.1.2.3",
                "192.0.2.5         | 198.51.100.7                          | 198.51.100.7",
                "192.0.2.6         | 198.51.100.7                          | 192.0.2.6",
                "11.0.0.1          | 198.51.100.7                          | 11.0.0.1",
                "[fd00:0:0:0::1]   | 198.51.100.7                          | 198.51.100.7",
                "[fd00:1:0:0::1]   | 198.51.100.7                          | [fd00:1:0:0::1]",
                "::ffff:10.1.2.3   | 198.51.100.7                          | 198.51.100.7",
            })
    void isWhatTheLastTrustedProxySaw(String peer, String forwardedFor, String client) {
        ClientAddress address = trusting("10.0.0.0/8", " 192.0.2.5", "fd00::/32");
        assertThat(address.of(peer, List.of(forwardedFor))).isEqualTo(client);
    }

    @Test
    void headersThatWereRepeatedAreOneList() {
        assertThat(trusting("10.0.0.0/8").of("10.0.0.1", List.of("203.0.113.9", "198.51.100.7")))
                .isEqualTo("198.51.100.7");
    }

    @Test
    void withoutTrustNobodysWordIsTaken() {
        assertThat(trusting().of("10.1.2.3", List.of("198.51.100.7"))).isEqualTo("10.1.2.3");
        assertThat(trusting("").of("10.1.2.3", List.of("198.51.100.7"))).isEqualTo("10.1.2.3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"proxy.example.org", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "::/129"})
    void whatIsNoNetworkStopsTheStart(String text) {
        assertThatThrownBy(() -> trusting(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PARLEY_TRUSTED_PROXIES")
                .hasMessageContaining(text);
    }

    private static ClientAddress trusting(String... proxies) {
        URI nowhere = URI.create("http://localhost:1");
        return new ClientAddress(
                new GatewaySettings(
                        List.of(),
                        false,
                        Duration.ofMinutes(10),
                        nowhere,
                        nowhere,
                        List.of(proxies)));
    }
}
