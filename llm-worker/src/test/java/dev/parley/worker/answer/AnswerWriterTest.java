package dev.parley.worker.answer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ReplyTo;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a token gets a frame of its own, and when it shares one. */
class AnswerWriterTest {

    private static final Duration LONG = Duration.ofHours(1);

    private final List<ServerFrame> frames = new ArrayList<>();
    private final Queue<Consumer<@Nullable Exception>> unacknowledged = new ArrayDeque<>();
    private final LaneSender lane =
            (record, onAcknowledged) -> {
                frames.add(Json.read(record.value(), ServerFrame.class));
                unacknowledged.add(onAcknowledged);
            };

    private AnswerWriter writer(Duration mergeWindow) {
        Job job =
                new Job(
                        "j",
                        "m",
                        "c",
                        "u",
                        "user",
                        new ReplyTo("s", 1, 1),
                        null,
                        List.of(),
                        null,
                        null,
                        Instant.EPOCH,
                        Instant.MAX);
        return new AnswerWriter(
                lane,
                new Outbound(new Instance("llm-worker", "w"), Clock.systemUTC()),
                job,
                2,
                mergeWindow,
                Runnable::run);
    }

    private void acknowledge() {
        unacknowledged.remove().accept(null);
    }

    private List<String> texts() {
        return frames.stream().map(frame -> ((ServerFrame.Token) frame).text()).toList();
    }

    @Test
    void anIdleStreamIsNeverDelayed() {
        AnswerWriter writer = writer(LONG);
        writer.append("a");
        acknowledge();
        writer.append("b");
        acknowledge();

        assertThat(frames)
                .containsExactly(
                        new ServerFrame.Token("m", 0, "a"), new ServerFrame.Token("m", 1, "b"));
    }

    @Test
    void whatComesFasterThanTheBrokerSharesTheNextFrame() {
        AnswerWriter writer = writer(LONG);
        writer.append("a");
        writer.append("b");
        writer.append("c");
        assertThat(texts()).containsExactly("a");
        acknowledge();
        assertThat(texts()).containsExactly("a", "bc");
        acknowledge();
        assertThat(writer.text()).isEqualTo("abc");
    }

    @Test
    void theWindowBoundsTheWaitAndZeroMeansNone() {
        AnswerWriter writer = writer(Duration.ZERO);
        writer.append("a");
        writer.append("b");

        assertThat(texts()).containsExactly("a", "b");
    }

    @Test
    void theEndSendsWhatWaitsAndHalfACharacterNeverLeaves() {
        AnswerWriter writer = writer(LONG);
        writer.append("a\uD83D");
        writer.append("\uDE00b");
        writer.end();

        assertThat(texts()).containsExactly("a", "\uD83D\uDE00b");
    }

    @Test
    void aLongTextIsCutIntoFramesBetweenCharacters() {
        AnswerWriter writer = writer(LONG);
        String text = "x" + "\uD83D\uDE00".repeat(10_000);
        writer.append(text);
        writer.end();

        assertThat(String.join("", texts())).isEqualTo(text);
        assertThat(texts())
                .allSatisfy(piece -> {
                    assertThat(piece.length()).isLessThanOrEqualTo(8_192);
                    assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                            .isFalse();
                });
    }

    @Test
    void aRestartComesBeforeTheTokens() {
        AnswerWriter writer = writer(LONG);
        writer.restart();
        acknowledge();
        writer.append("a");

        assertThat(frames)
                .containsExactly(
                        new ServerFrame.Restart("m", 2, 0), new ServerFrame.Token("m", 0, "a"));
    }

    @Test
    void aRefusedFrameIsAFailureOfTheAnswer() {
        AnswerWriter writer = writer(LONG);
        writer.append("a");
        unacknowledged.remove().accept(new KafkaException("gone"));

        assertThatThrownBy(() -> writer.awaitAcknowledged(Duration.ofSeconds(1)))
                .isInstanceOf(KafkaException.class);
    }
}
