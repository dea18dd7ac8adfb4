package dev.parley.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConnectionCountsTest {

    private final ConnectionCounts counts = new ConnectionCounts(settings(2, 6, 3));

    @Test
    void aUserHasSoManyAndNoMore() {
        assertThat(counts.take("ann", "10.0.0.1")).isTrue();
        assertThat(counts.take("ann", "10.0.0.2")).isTrue();
        assertThat(counts.hasRoomFor("ann", "10.0.0.9")).isFalse();
        assertThat(counts.hasRoomFor("bob", "10.0.0.9")).isTrue();
        counts.remove("ann", "10.0.0.1");
        assertThat(counts.hasRoomFor("ann", "10.0.0.9")).isTrue();
    }

    @Test
    void anAddressHasSoManyWhoeverIsThere() {
        assertThat(counts.take("a", "10.0.0.1")).isTrue();
        assertThat(counts.take("b", "10.0.0.1")).isTrue();
        assertThat(counts.take("c", "10.0.0.1")).isTrue();
        assertThat(counts.hasRoomFor("d", "10.0.0.1")).isFalse();
        assertThat(counts.hasRoomFor("d", "10.0.0.2")).isTrue();
    }

    @Test
    void allTogetherHaveSoMany() {
        for (int i = 0; i < 6; i++) {
            assertThat(counts.hasRoomFor("u" + i, "10.0.0." + i)).isTrue();
            assertThat(counts.take("u" + i, "10.0.0." + i)).isTrue();
        }
        assertThat(counts.hasRoomFor("u6", "10.0.0.6")).isFalse();
    }

    /** A look first and a step afterwards would let all of them in. */
    @Test
    void ofManyWhoComeAtOnceOnlySoManyGetIn() throws Exception {
        ConnectionCounts crowded = new ConnectionCounts(settings(1_000, 1_000, 10));
        AtomicInteger in = new AtomicInteger();
        CountDownLatch start = new CountDownLatch(1);
        List<Thread> crowd = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            String user = "u" + i;
            crowd.add(
                    Thread.ofPlatform()
                            .start(() -> {
                                await(start);
                                if (crowded.take(user, "10.0.0.1")) {
                                    in.incrementAndGet();
                                }
                            }));
        }
        start.countDown();
        for (Thread one : crowd) {
            one.join();
        }
        assertThat(in).hasValue(10);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
