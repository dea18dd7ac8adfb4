package dev.parley.orchestrator.workers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.WorkerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is taken for lost, and when. */
class PresenceTest {

    private long nanos = 5_000_000_000L;
    private final Presence presence = new Presence(Duration.ofSeconds(3), () -> nanos);

    @BeforeEach
    void listen() {
        presence.listening(true);
    }

    private void pass(double seconds) {
        nanos += (long) (seconds * 1e9);
    }

    private void says(String worker, int running, boolean leaving) {
        presence.heard(new WorkerStatus(worker, Instant.EPOCH, 2, running, leaving, List.of()));
    }

    @Test
    void aSilentWorkerIsLostWhileAnotherSpeaks() {
        says("a", 0, false);
        for (int i = 0; i < 4; i++) {
            pass(1);
            says("b", 0, false);
        }

        assertThat(presence.isLost("a")).isTrue();
        assertThat(presence.isLost("never-heard")).isTrue();
        assertThat(presence.isLost("b")).isFalse();
        assertThat(presence.alive()).extracting(WorkerStatus::worker).containsExactly("b");
    }

    @Test
    void nobodyIsLostWhereNobodySpeaks() {
        says("a", 0, false);
        pass(60);

        assertThat(presence.isLost("a")).isFalse();
    }

    /** The broker was away: whose word comes first must not make the others lost. */
    @Test
    void afterATimeInWhichNobodyCouldBeHeardEachHasItsTimeToSpeakAgain() {
        says("a", 0, false);
        says("b", 0, false);
        pass(15);
        says("b", 0, false);
        assertThat(presence.isLost("a")).isFalse();
        pass(2.9);
        says("b", 0, false);
        assertThat(presence.isLost("a")).isFalse();
        pass(0.2);
        assertThat(presence.isLost("a")).isTrue();
    }

    @Test
    void whereTheBrokerWasAskedAndAllWereSilentTheFirstNewWordTellsWhoIsLost() {
        says("a", 0, false);
        pass(3.5);
        look(5);
        says("c", 0, false);

        assertThat(presence.isLost("a")).isTrue();
        assertThat(presence.isLost("c")).isFalse();
    }

    @Test
    void nobodyIsLostBeforeThisInstanceHasListenedLongEnough() {
        says("b", 0, false);
        pass(2.9);

        assertThat(presence.isLost("a")).isFalse();
        presence.listening(false);
        pass(10);
        assertThat(presence.isLost("a")).isFalse();
    }

    @Test
    void thereIsNobodyOnlyForAsLongAsItWasSeenThatNobodySpoke() {
        says("a", 0, false);
        presence.heardAll();
        pass(3.5);
        assertThat(presence.noneFor()).isZero();
        look(41);
        assertThat(presence.noneFor()).isEqualTo(Duration.ofSeconds(40));

        // Paused, or cut off from the broker: what was not seen is not counted.
        pass(60);
        assertThat(presence.noneFor()).isEqualTo(Duration.ofSeconds(40));
        look(3);
        assertThat(presence.noneFor()).isEqualTo(Duration.ofSeconds(2));

        says("b", 0, false);
        assertThat(presence.noneFor()).isZero();
        pass(4);
        look(2);
        assertThat(presence.noneFor()).isEqualTo(Duration.ofSeconds(1));
        presence.listening(true);
        assertThat(presence.noneFor()).isZero();
    }

    /** So many looks, a second apart. */
    private void look(int times) {
        for (int i = 0; i < times; i++) {
            presence.heardAll();
            pass(1);
        }
    }

    @Test
    void whoLeavesIsGoneAtOnce() {
        pass(4);
        says("a", 0, false);
        says("b", 0, false);
        says("a", 0, true);

        assertThat(presence.isLost("a")).isTrue();
    }

    @Test
    void thereIsRoomFromTheFirstWordOfAWorkerWithRoomUntilItIsFull() {
        assertThat(presence.idleFor()).isZero();
        says("a", 2, false);
        pass(1);
        assertThat(presence.idleFor()).isZero();
        says("a", 1, false);
        pass(1.5);
        assertThat(presence.idleFor()).isEqualTo(Duration.ofMillis(1500));
        says("a", 2, false);
        assertThat(presence.idleFor()).isZero();
    }
}
