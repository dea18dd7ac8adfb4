package dev.parley.audit.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.frame.CloseCode;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveQueueTest {

    private static final LiveSettings SETTINGS =
            new LiveSettings(3, Duration.ofSeconds(1), Duration.ofMillis(20), 10);

    /** Takes what it is given until it is told to break. */
    private static final class Recording implements Line {
        final List<String> sent = new ArrayList<>();
        int beats;
        int breaksAfter = Integer.MAX_VALUE;
        @Nullable CloseCode closed;

        @Override
        public void send(String json) throws IOException {
            if (sent.size() >= breaksAfter) {
                throw new IOException("too slow");
            }
            sent.add(json);
        }

        @Override
        public void beat() {
            beats++;
            if (beats == 3) {
                closed = CloseCode.NORMAL;
            }
        }

        @Override
        public void close(CloseCode code) {
            closed = code;
        }

        @Override
        public boolean isOpen() {
            return closed == null;
        }
    }

    private final Recording line = new Recording();
    private final LiveQueue queue = new LiveQueue(SETTINGS, line);

    @Test
    void sendsInOrderAndSaysWhenItEnds() {
        queue.offer("1");
        queue.offer("2");
        queue.end();
        queue.drain();

        assertThat(line.sent).containsExactly("1", "2");
        assertThat(line.closed).isEqualTo(CloseCode.GOING_AWAY);
    }

    @Test
    void losesTheOldestAndSaysHowMany() {
        for (int i = 1; i <= 7; i++) {
            queue.offer(Integer.toString(i));
        }
        queue.end();
        queue.drain();

        assertThat(line.sent).containsExactly("{\"type\":\"dropped\",\"count\":4}", "5", "6", "7");
    }

    @Test
    void sendsAwayAReaderWhoDoesNotTakeAFrame() {
        line.breaksAfter = 1;
        queue.offer("1");
        queue.offer("2");
        queue.drain();

        assertThat(line.closed).isEqualTo(CloseCode.TOO_SLOW);
        assertThat(line.closed.code()).isEqualTo(1013);
        queue.offer("3");
        assertThat(line.sent).containsExactly("1");
    }

    @Test
    void beatsWhileThereIsNothingToSay() {
        queue.drain();

        assertThat(line.beats).isEqualTo(3);
        assertThat(line.sent).isEmpty();
    }
}
