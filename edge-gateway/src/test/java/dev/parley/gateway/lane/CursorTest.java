package dev.parley.gateway.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

    @Test
    void readsWhatItWrote() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1_000; i++) {
            Cursor cursor =
                    new Cursor(
                            random.nextInt(-1, 30_000),
                            random.nextInt(Integer.MAX_VALUE),
                            random.nextLong(-1, 1L << 50),
                            random.nextLong(1L << 20),
                            random.nextLong(1L << 30));
            assertThat(Cursor.parse(cursor.text())).as("seed %s", seed).isEqualTo(cursor);
        }
        Cursor shifted =
                new Cursor(3, 9, 500, 90, 4)
                        .with(List.of(new Cursor.Shift(410, 17), new Cursor.Shift(480, 2)));
        assertThat(Cursor.parse(shifted.text())).isEqualTo(shifted);
        assertThat(Cursor.parse(Cursor.START.text())).isEqualTo(Cursor.START);
        assertThat(new Cursor(7, 300, 12_345, 20, 3).text()).hasSizeLessThan(16);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "abc", "AQ", "AQAAAAAAAA", "////", "AgAAAAAA"})
    void anythingElseIsNone(String text) {
        assertThat(Cursor.parse(text)).isNull();
    }

    @Test
    void randomBytesNeverThrow() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(60)];
            random.nextBytes(bytes);
            Cursor.parse(java.util.Base64.getUrlEncoder().encodeToString(bytes));
        }
    }
}
