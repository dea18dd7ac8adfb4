package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ClientFrameReader;
import dev.parley.schemas.frame.ClientFrameReader.BadFrameException;
import dev.parley.schemas.frame.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClientFrameReaderTest {

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json                                            | BAD_FRAME",
                "[]                                                  | BAD_FRAME",
                "\"text\"                                            | BAD_FRAME",
                "null                                                | BAD_FRAME",
                "{}                                                  | UNKNOWN_TYPE",
                "{\"type\":1}                                        | BAD_FRAME",
                "{\"type\":null}                                     | BAD_FRAME",
                "{\"type\":\"nonsense\"}                             | UNKNOWN_TYPE",
                "{\"type\":\"welcome\"}                              | UNKNOWN_TYPE",
                "{\"type\":\"message\"}                              | EMPTY_MESSAGE",
                "{\"type\":\"message\",\"text\":\"\"}                | EMPTY_MESSAGE",
                "{\"type\":\"message\",\"text\":\" \\t\\n\"}         | EMPTY_MESSAGE",
                "{\"type\":\"message\",\"text\":null}                | EMPTY_MESSAGE",
                "{\"type\":\"message\",\"text\":7}                   | BAD_FRAME",
                "{\"type\":\"message\",\"text\":[\"a\"]}             | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"text\":\"b\"} | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\\u0000\"}        | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"\\ud800\"}         | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"\\udc00x\"}        | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"max_tokens\":0}     | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"max_tokens\":1.5}   | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"max_tokens\":\"1\"} | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"max_tokens\":99999999999} | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"max_tokens\":1e9999999999} | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"temperature\":3}    | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"client_msg_id\":5}  | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"client_msg_id\":\"\"} | BAD_FRAME",
                "{\"type\":\"message\",\"text\":\"a\",\"conversation_id\":{}} | BAD_FRAME",
                "{\"type\":\"stop\"}                                 | BAD_FRAME",
                "{\"type\":\"approve\",\"call_id\":\"c\"}            | BAD_FRAME",
                "{\"type\":\"approve\",\"call_id\":\"c\",\"approved\":\"yes\"} | BAD_FRAME",
                "{\"type\":\"edit\",\"message_id\":\"m\",\"text\":\" \"} | EMPTY_MESSAGE",
                "{\"type\":\"auth\"}                                 | BAD_FRAME"
            })
    void bad_frames_have_their_code(String json, ErrorCode code) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        BadFrameException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @Test
    void depth_and_client_msg_id_have_their_bounds() throws BadFrameException {
        String deep = "[".repeat(1_000) + "]".repeat(1_000);
        assertThatThrownBy(() -> read("{\"type\":\"ping\",\"x\":" + deep + "}"))
                .isInstanceOf(BadFrameException.class);
        String id64 = "x".repeat(64);
        assertThat(read("{\"type\":\"message\",\"text\":\"a\",\"client_msg_id\":\"" + id64 + "\"}"))
                .isEqualTo(new ClientFrame.Message("a", id64, null, null, null, null));
        assertThatThrownBy(() ->
                        read(
                                "{\"type\":\"message\",\"text\":\"a\",\"client_msg_id\":\"y"
                                        + id64
                                        + "\"}"))
                .isInstanceOf(BadFrameException.class);
    }

    @Test
    void a_bad_frame_keeps_its_client_msg_id() {
        assertThatThrownBy(() ->
                        read("{\"type\":\"message\",\"client_msg_id\":\"c-1\",\"text\":\"\"}"))
                .isInstanceOfSatisfying(
                        BadFrameException.class, e -> assertThat(e.clientMsgId()).isEqualTo("c-1"));
    }

    static java.util.stream.Stream<Samples.Sample> clientFrames() {
        return Samples.all().filter(s -> s.value() instanceof ClientFrame);
    }

    @ParameterizedTest
    @MethodSource("clientFrames")
    void reads_every_frame_and_ignores_what_it_does_not_know(Samples.Sample sample)
            throws BadFrameException {
        String json = Json.writeText(sample.value());
        assertThat(read(json)).isEqualTo(sample.value());
        assertThat(read(json.substring(0, json.length() - 1) + ",\"extra\":[1,{}]}"))
                .isEqualTo(sample.value());
    }

    /** Whatever the bytes are, the reader answers with a frame or a code. */
    @Test
    void mutated_frames_never_escape_as_another_exception() {
        long seed = System.nanoTime();
        System.out.println("ClientFrameReaderTest seed " + seed);
        Random random = new Random(seed);
        Samples.Sample[] frames = clientFrames().toArray(Samples.Sample[]::new);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = Json.write(frames[random.nextInt(frames.length)].value());
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(ClientFrameReader.read(bytes)).isNotNull();
            } catch (BadFrameException e) {
                assertThat(e.code()).isNotNull();
            }
        }
    }

    private static ClientFrame read(String json) throws BadFrameException {
        return ClientFrameReader.read(json.getBytes(StandardCharsets.UTF_8));
    }
}
