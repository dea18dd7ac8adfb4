package dev.parley.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ConnectionCountsTest {

    private final ConnectionCounts counts = new ConnectionCounts(settings(2, 6, 3));

    @Test
    void aUserHasSoManyAndNoMore() {
        counts.add("ann", "10.0.0.1");
        counts.add("ann", "10.0.0.2");
        assertThat(counts.hasRoomFor("ann", "10.0.0.9")).isFalse();
        assertThat(counts.hasRoomFor("bob", "10.0.0.9")).isTrue();
        counts.remove("ann", "10.0.0.1");
        assertThat(counts.hasRoomFor("ann", "10.0.0.9")).isTrue();
    }

    @Test
    void anAddressHasSoManyWhoeverIsThere() {
        counts.add("a", "10.0.0.1");
        counts.add("b", "10.0.0.1");
        counts.add("c", "10.0.0.1");
        assertThat(counts.hasRoomFor("d", "10.0.0.1")).isFalse();
        assertThat(counts.hasRoomFor("d", "10.0.0.2")).isTrue();
    }

    @Test
    void allTogetherHaveSoMany() {
        for (int i = 0; i < 6; i++) {
            assertThat(counts.hasRoomFor("u" + i, "10.0.0." + i)).isTrue();
            counts.add("u" + i, "10.0.0." + i);
        }
        assertThat(counts.hasRoomFor("u6", "10.0.0.6")).isFalse();
    }

    private static ConnectionSettings settings(int perUser, int total, int perAddress) {
        Duration second = Duration.ofSeconds(1);
        return new ConnectionSettings(
                65_536,
                10,
                200,
                16,
                262_144,
                second,
                second,
                second,
                second,
                perUser,
                total,
                perAddress,
                300,
                second,
                second,
                second);
    }
}
