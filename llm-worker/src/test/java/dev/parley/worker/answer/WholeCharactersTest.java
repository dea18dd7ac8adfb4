package dev.parley.worker.answer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** G3: no surrogate pair is ever cut, and nothing is lost. */
class WholeCharactersTest {

    @Test
    void anyCutIsMended() {
        long seed = new Random().nextLong();
        System.out.println("anyCutIsMended seed " + seed);
        Random random = new Random(seed);
        String text = "a\uD83D\uDE00e\u0301\uD834\uDD1E\uD83D\uDC69\u200D\uD83D\uDCBBz日".repeat(5);
        for (int round = 0; round < 500; round++) {
            WholeCharacters characters = new WholeCharacters();
            StringBuilder out = new StringBuilder();
            for (int from = 0; from < text.length(); ) {
                int to = Math.min(text.length(), from + 1 + random.nextInt(4));
                String piece = characters.pass(text.substring(from, to));
                assertThat(
                                piece.isEmpty()
                                        || !Character.isHighSurrogate(
                                                piece.charAt(piece.length() - 1)))
                        .as("seed %d", seed)
                        .isTrue();
                out.append(piece);
                from = to;
            }
            assertThat(out.append(characters.end()).toString()).as("seed %d", seed).isEqualTo(text);
        }
    }

    @Test
    void halvesThatStayAloneAreReplaced() {
        WholeCharacters characters = new WholeCharacters();

        assertThat(characters.pass("a\uD83D")).isEqualTo("a");
        assertThat(characters.pass("b\uDE00c\uD83Dd")).isEqualTo("\uFFFDb\uFFFDc\uFFFDd");
        assertThat(characters.pass("\uD83D")).isEmpty();
        assertThat(characters.end()).isEqualTo("\uFFFD");
    }
}
