package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.ChunkTimes.Piece;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkTimesTest {

    @Test
    void comesBackAsItWasGiven() {
        List<Piece> pieces =
                List.of(new Piece(312, 5), new Piece(312, 1), new Piece(70_000, 8_192));

        String text = ChunkTimes.encoded(pieces);

        assertThat(ChunkTimes.decoded(text)).isEqualTo(pieces);
        assertThat(text).hasSizeLessThan(20);
        assertThat(ChunkTimes.encoded(List.of())).isEmpty();
        assertThat(ChunkTimes.decoded("")).isEmpty();
    }

    @Test
    void isBoundedAndKeepsEveryCharacter() {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < 100_001; i++) {
            pieces.add(new Piece(20L * i, 4));
        }

        String text = ChunkTimes.encoded(pieces);
        List<Piece> kept = ChunkTimes.decoded(text);

        assertThat(kept).hasSizeLessThanOrEqualTo(ChunkTimes.PIECES_MAX);
        assertThat(kept.stream().mapToLong(Piece::chars).sum()).isEqualTo(400_004);
        assertThat(kept.getFirst().atMs()).isZero();
        assertThat(text).hasSizeLessThan(8_192);
    }

    @ParameterizedTest
    @ValueSource(strings = {"!", "gA", "_____w", "AQ"})
    void refusesWhatItDidNotWrite(String text) {
        assertThatThrownBy(() -> ChunkTimes.decoded(text))
                .isInstanceOfAny(IllegalArgumentException.class, ArithmeticException.class);
    }
}
