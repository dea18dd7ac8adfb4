package dev.parley.worker.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.worker.provider.ProviderException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of a long conversation. */
class ContextWindowTest {

    /** 40 characters: by the estimate 10 tokens, and 4 for the message. */
    private static final String TEXT = "0123456789".repeat(4);

    private static ContextWindow window(int tokens) {
        return new ContextWindow(
                new ContextSettings(
                        tokens,
                        List.of(
                                new ContextSettings.Window("roomy-*", 100_000, null),
                                new ContextSettings.Window("endless", 0, null))),
                new TokenCounter());
    }

    private static ChatMessage message(String role, String name) {
        return new ChatMessage(role, name + " " + TEXT.substring(name.length() + 1));
    }

    /** An instruction, three turns and a question: 8 messages of 14 tokens. */
    private static List<ChatMessage> conversation() {
        List<ChatMessage> messages = new ArrayList<>();
        messages.add(message("system", "s"));
        for (int turn = 1; turn <= 3; turn++) {
            messages.add(message("user", "u" + turn));
            messages.add(message("assistant", "a" + turn));
        }
        messages.add(message("user", "u4"));
        return messages;
    }

    @ParameterizedTest
    @CsvSource({
        // window, answer, what is kept, how many are left out
        "200, 80, s u1 a1 u2 a2 u3 a3 u4, 0",
        "112, 0,  s u1 a1 u2 a2 u3 a3 u4, 0",
        "111, 0,  s u2 a2 u3 a3 u4,       2",
        "112, 20, s u2 a2 u3 a3 u4,       2",
        "80,  0,  s u3 a3 u4,             4",
        "50,  0,  s u4,                   6",
        "28,  0,  s u4,                   6",
    })
    void theOldestTurnsAreLeftOutWhole(int tokens, int answer, String kept, int leftOut)
            throws Exception {
        List<ChatMessage> all = conversation();
        ContextWindow.Fitted fitted = window(tokens).fit("m", all, 7, List.of(), answer);

        assertThat(fitted.messages())
                .extracting(m -> m.content().substring(0, m.content().indexOf(' ')))
                .containsExactly(kept.split(" "));
        assertThat(fitted.leftOut()).isEqualTo(leftOut);
        assertThat(fitted.messages().getFirst().role()).isEqualTo("system");
        assertThat(fitted.messages().getLast()).isEqualTo(all.getLast());
    }

    @Test
    void whatFollowsTheNewestQuestionIsKept() throws Exception {
        List<ChatMessage> messages = conversation();
        messages.add(new ChatMessage("assistant", TEXT));
        messages.add(new ChatMessage("tool", TEXT, null, "c"));

        ContextWindow.Fitted fitted = window(60).fit("m", messages, 7, List.of(), null);

        assertThat(fitted.messages()).hasSize(4);
        assertThat(fitted.messages().getLast().role()).isEqualTo("tool");
    }

    @Test
    void aQuestionThatDoesNotFitAloneIsRefused() {
        assertThatThrownBy(() -> window(27).fit("m", conversation(), 7, List.of(), null))
                .isInstanceOfSatisfying(
                        ProviderException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.MESSAGE_TOO_LONG));
    }

    @Test
    void modelsHaveWindowsOfTheirOwn() throws Exception {
        assertThat(window(28).fit("roomy-1", conversation(), 7, List.of(), 4096).leftOut())
                .isZero();
        assertThat(window(28).fit("endless", conversation(), 7, List.of(), 4096).leftOut())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        // Counted with OpenAI's own tokenizer; "x" has no known encoding.
        "gpt-4o,        'Hello, world!',  4",
        "gpt-5-mini,    'Hello, world!',  4",
        "openai/gpt-4o, 'Hello, world!',  4",
        "gpt-4,         'Hello, world!',  4",
        "gpt-4o,        '日本語',          2",
        "gpt-4,         '日本語',          4",
        "x,             'Hello, world!',  4",
        "x,             '日本語',          1",
    })
    void tokensAreCountedAsTheModelDoes(String model, String text, long tokens) {
        assertThat(new TokenCounter().count(model, null, text)).isEqualTo(tokens);
    }

    @Test
    void anEncodingCanBeNamed() {
        TokenCounter counter = new TokenCounter();

        assertThat(counter.count("x", "cl100k_base", "日本語")).isEqualTo(4);
        assertThat(counter.count("gpt-4o", "chars", "12345678")).isEqualTo(2);
        assertThat(counter.usage("x", null, conversation(), TEXT).estimated()).isTrue();
    }
}
