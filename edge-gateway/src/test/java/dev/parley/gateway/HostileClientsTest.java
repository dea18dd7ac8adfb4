package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What no well-behaved client sends, by the categories of the WebSocket conformance suites:
 * framing, pings, reserved bits, opcodes, fragmentation, UTF-8, close, limits; JSON that is none;
 * and random bytes. Whatever one sends, others are served.
 */
class HostileClientsTest {

    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8);
    private static final int FIN_TEXT = 0x81;
    private static final int TEXT = 0x01;
    private static final int CONTINUATION = 0x00;
    private static final int FIN_CONTINUATION = 0x80;
    private static final int FIN_PING = 0x89;
    private static final int FIN_CLOSE = 0x88;

    private static TestGateway gateway;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        gateway =
                TestGateway.start(
                        "parley.entrance.request-head-timeout=1s",
                        "parley.connections.per-user-max=3");
        pipeline = new FakePipeline(TestGateway.clients("hostile"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(gateway.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        gateway.close();
    }

    @FunctionalInterface
    interface Sending {
        void to(RawSocket socket) throws IOException;
    }

    private static Arguments row(String what, int code, Sending sending) {
        return Arguments.of(what, code, sending);
    }

    private static byte[] close(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        byte[] payload = new byte[2 + text.length];
        payload[0] = (byte) (code >> 8);
        payload[1] = (byte) code;
        System.arraycopy(text, 0, payload, 2, text.length);
        return payload;
    }

    static Stream<Arguments> closing() {
        List<Arguments> rows = new ArrayList<>();
        for (int bits : new int[] {0x40, 0x20, 0x10, 0x70}) {
            rows.add(row("reserved bits " + bits, 1002, s -> s.frame(FIN_TEXT | bits, PING)));
        }
        for (int opcode : new int[] {3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf}) {
            rows.add(row("opcode " + opcode, 1002, s -> s.frame(0x80 | opcode, new byte[0])));
        }
        rows.add(row("ping of 126 bytes", 1002, s -> s.frame(FIN_PING, new byte[126])));
        rows.add(row("fragmented ping", 1002, s -> s.frame(0x09, new byte[3])));
        rows.add(row("fragmented close", 1002, s -> s.frame(0x08, close(1000, ""))));
        rows.add(row("continuation of nothing", 1002, s -> s.frame(FIN_CONTINUATION, PING)));
        rows.add(
                row(
                        "a text within a text",
                        1002,
                        s -> {
                            s.frame(TEXT, "{".getBytes());
                            s.frame(FIN_TEXT, PING);
                        }));
        rows.add(row("unmasked", 1002, s -> s.raw(new byte[] {(byte) FIN_TEXT, 2, '{', '}'})));
        rows.add(row("binary", 1003, s -> s.frame(0x82, PING)));
        rows.add(row("lone continuation byte", 1007, s -> s.frame(FIN_TEXT, bytes(0x80))));
        rows.add(row("overlong slash", 1007, s -> s.frame(FIN_TEXT, bytes(0xc0, 0xaf))));
        rows.add(row("a surrogate", 1007, s -> s.frame(FIN_TEXT, bytes(0xed, 0xa0, 0x80))));
        rows.add(row("past U+10FFFF", 1007, s -> s.frame(FIN_TEXT, bytes(0xf4, 0x90, 0x80, 0x80))));
        rows.add(row("cut character", 1007, s -> s.frame(FIN_TEXT, bytes('"', 0xe2, 0x82))));
        rows.add(
                row(
                        "broken over two fragments",
                        1007,
                        s -> {
                            s.frame(TEXT, bytes('"', 0xe2));
                            s.frame(FIN_CONTINUATION, bytes('"'));
                        }));
        rows.add(row("70,000 bytes", 1009, s -> s.frame(FIN_TEXT, new byte[70_000])));
        rows.add(
                row(
                        "fragments without end",
                        1009,
                        s -> {
                            s.frame(TEXT, new byte[1_000]);
                            for (int i = 0; i < 80; i++) {
                                s.frame(CONTINUATION, new byte[1_000]);
                            }
                        }));
        rows.add(
                row(
                        "empty fragments without end",
                        1008,
                        s -> {
                            s.frame(TEXT, new byte[0]);
                            for (int i = 0; i < 1_100; i++) {
                                s.frame(CONTINUATION, new byte[0]);
                            }
                        }));
        rows.add(
                row(
                        "72,000 bytes of 24,000 characters",
                        1009,
                        s -> {
                            byte[] part = "\u20ac".repeat(300).getBytes(StandardCharsets.UTF_8);
                            s.frame(TEXT, part);
                            for (int i = 1; i < 80; i++) {
                                s.frame(CONTINUATION, part);
                            }
                        }));
        rows.add(
                row(
                        "a length of 2^62",
                        1009,
                        s -> s.raw(bytes(FIN_TEXT, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4))));
        rows.add(
                row(
                        "a flood",
                        1008,
                        s -> {
                            for (int i = 0; i < 400; i++) {
                                s.frame(FIN_TEXT, PING);
                            }
                        }));
        rows.add(row("close without code", 1005, s -> s.frame(FIN_CLOSE, new byte[0])));
        rows.add(row("close with one byte", 1002, s -> s.frame(FIN_CLOSE, new byte[1])));
        for (int code : new int[] {1000, 1001, 1003, 1007, 1011, 3000, 3999, 4000, 4999}) {
            rows.add(row("close " + code, code, s -> s.frame(FIN_CLOSE, close(code, "bye"))));
        }
        for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 65_535}) {
            rows.add(row("close " + code, 1002, s -> s.frame(FIN_CLOSE, close(code, ""))));
        }
        return rows.stream();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("closing")
    void closesWith(String what, int code, Sending sending) throws Exception {
        try (RawSocket socket = open("closing")) {
            sending.to(socket);
            assertThat(socket.closeCode()).as(what).isEqualTo(code);
        }
    }

    static Stream<Arguments> goingOn() {
        byte[] emoji =
                "{\"type\":\"ping\",\"x\":\"\uD83D\uDE00\"}".getBytes(StandardCharsets.UTF_8);
        return Stream.of(
                row("an extra field", 0, s -> s.frame(FIN_TEXT, emoji)),
                row(
                        "byte by byte",
                        0,
                        s -> {
                            for (int i = 0; i < emoji.length; i++) {
                                s.frame(
                                        (i == 0 ? TEXT : CONTINUATION)
                                                | (i == emoji.length - 1 ? 0x80 : 0),
                                        new byte[] {emoji[i]});
                            }
                        }),
                row(
                        "a ping between fragments",
                        0,
                        s -> {
                            s.frame(TEXT, "{\"type\":".getBytes());
                            s.frame(FIN_PING, "between".getBytes());
                            s.frame(FIN_CONTINUATION, "\"ping\"}".getBytes());
                        }),
                row(
                        "empty fragments",
                        0,
                        s -> {
                            s.frame(TEXT, new byte[0]);
                            s.frame(CONTINUATION, PING);
                            s.frame(FIN_CONTINUATION, new byte[0]);
                        }),
                row(
                        "an unasked pong",
                        0,
                        s -> {
                            s.frame(0x8a, "nobody asked".getBytes());
                            s.frame(FIN_TEXT, PING);
                        }),
                row(
                        "65,536 bytes",
                        0,
                        s -> {
                            String pad = "x".repeat(65_536 - 24);
                            s.frame(
                                    FIN_TEXT,
                                    ("{\"type\":\"ping\",\"x\":\"" + pad + "\"}").getBytes());
                        }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("goingOn")
    void isTakenAsIfItWereWhole(String what, int none, Sending sending) throws Exception {
        try (RawSocket socket = open("going")) {
            sending.to(socket);
            assertThat(socket.text()).as(what).contains("\"pong\"");
        }
    }

    @Test
    void pingsAreAnsweredWithWhatTheyBrought() throws Exception {
        try (RawSocket socket = open("pinger")) {
            for (int length : new int[] {0, 1, 125}) {
                byte[] payload = new byte[length];
                new Random(length).nextBytes(payload);
                socket.frame(FIN_PING, payload);
                RawSocket.Frame frame = socket.next();
                while (frame.opcode() != 0x0a) {
                    frame = socket.next();
                }
                assertThat(frame.payload()).isEqualTo(payload);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                "bad_frame        | nonsense",
                "bad_frame        | [1]",
                "bad_frame        | \"text\"",
                "bad_frame        | null",
                "bad_frame        | {\"type\":7}",
                "bad_frame        | {\"type\":\"message\",\"text\":7}",
                "bad_frame        | {\"type\":\"ping\",\"type\":\"ping\"}",
                "bad_frame        | {\"type\":\"message\",\"text\":\"a\",\"max_tokens\":1e400}",
                "bad_frame        | {\"type\":\"message\",\"text\":\"a\",\"max_tokens\":\"many\"}",
                "bad_frame        | {\"type\":\"ping\"",
                "bad_frame        | {\"type\":\"ping\"} {\"type\":\"ping\"}",
                "bad_frame        | DEEP",
                // As escapes, since as bytes they are no UTF-8, or no JSON.
                "bad_frame        | {\"type\":\"message\",\"text\":\"a\\u0000b\"}",
                "bad_frame        | {\"type\":\"message\",\"text\":\"\\ud83d\"}",
                "bad_frame        | {\"type\":\"message\",\"text\":\"\\ude00\\ud83d\"}",
                "bad_frame        | {\"type\":\"message\",\"text\":\"a\",\"model\":\"\\ud800\"}",
                "bad_frame        | {\"type\":\"edit\",\"message_id\":\"\\u0000\",\"text\":\"a\"}",
                "bad_frame        | RAW NUL",
                "unknown_type     | {\"type\":\"wish\"}",
                "empty_message    | {\"type\":\"message\",\"text\":\"\"}",
                "empty_message    | {\"type\":\"message\",\"text\":\" \\t\\n\"}",
                "empty_message    | {\"type\":\"message\"}",
            })
    void aFrameThatIsNoneIsAnsweredAndTheSocketStays(String row) throws Exception {
        String code = row.substring(0, row.indexOf('|')).strip();
        String text = row.substring(row.indexOf('|') + 1).strip();
        if (text.equals("DEEP")) {
            text = "{\"type\":\"ping\",\"x\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}";
        } else if (text.equals("RAW NUL")) {
            text = "{\"type\":\"message\",\"text\":\"a\0b\"}";
        }
        try (RawSocket socket = open("json")) {
            socket.frame(FIN_TEXT, text.getBytes(StandardCharsets.UTF_8));
            assertThat(socket.text()).contains("\"error\"").contains("\"" + code + "\"");
            socket.frame(FIN_TEXT, PING);
            assertThat(socket.text()).contains("\"pong\"");
        }
    }

    /** Whatever comes, it is a close with a code of the contract, or the socket goes on. */
    @Test
    void randomFramesNeverBreakAnything() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        // −2: half a frame, for the rest of which the server waits.
        Set<Integer> allowed = Set.of(-2, -1, 1000, 1002, 1003, 1005, 1007, 1008, 1009);
        for (int round = 0; round < 100; round++) {
            try (RawSocket socket = open("fuzz")) {
                socket.patience(1_000);
                socket.raw(random.nextInt(3) == 0 ? noise(random) : mutated(random));
                socket.frame(FIN_CLOSE, close(1000, ""));
                int code = socket.closeCode();
                assertThat(code >= 3000 && code < 5000 || allowed.contains(code))
                        .as("seed %s, round %s: %s", seed, round, code)
                        .isTrue();
            }
        }
        try (RawSocket socket = open("neighbour")) {
            socket.frame(FIN_TEXT, PING);
            assertThat(socket.text()).as("seed %s", seed).contains("\"pong\"");
        }
    }

    private static byte[] noise(Random random) {
        byte[] bytes = new byte[random.nextInt(1, 400)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Some frames that are nearly right. */
    private static byte[] mutated(Random random) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int frames = random.nextInt(1, 6);
        for (int i = 0; i < frames; i++) {
            byte[] payload = PING.clone();
            if (random.nextBoolean()) {
                payload[random.nextInt(payload.length)] ^= (byte) (1 << random.nextInt(8));
            }
            out.write(random.nextInt(4) == 0 ? random.nextInt(256) : FIN_TEXT);
            out.write(random.nextInt(8) == 0 ? random.nextInt(256) : 0x80 | payload.length);
            out.writeBytes(new byte[4]);
            out.writeBytes(payload);
        }
        return out.toByteArray();
    }

    @Test
    void aHeadThatComesByteByByteIs408() throws Exception {
        try (RawSocket socket = new RawSocket(gateway.port)) {
            long began = System.nanoTime();
            String answer =
                    socket.trickle(
                            ("GET /ws/chat HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + "y".repeat(200))
                                    .getBytes(StandardCharsets.US_ASCII),
                            Duration.ofMillis(150));
            assertThat(answer).startsWith("HTTP/1.1 408");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(12));
        }
    }

    @Test
    void idleConnectionsWithoutAWordHinderNobody() throws Exception {
        List<RawSocket> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                idle.add(new RawSocket(gateway.port));
            }
            try (RawSocket socket = open("crowd")) {
                socket.frame(FIN_TEXT, PING);
                assertThat(socket.text()).contains("\"pong\"");
            }
        } finally {
            for (RawSocket socket : idle) {
                socket.close();
            }
        }
    }

    /** Which of those that come at once is the one too many, nobody knows. */
    @Test
    void oneConnectionTooManyIs4429() throws Exception {
        try (RawSocket one = open("many");
                RawSocket two = open("many");
                RawSocket three = open("many");
                RawSocket four = open("many")) {
            List<String> answers = new ArrayList<>();
            for (RawSocket socket : List.of(one, two, three, four)) {
                socket.frame(FIN_TEXT, PING);
                try {
                    answers.add(socket.text());
                } catch (IOException e) {
                    answers.add(String.valueOf(e.getMessage()));
                }
            }
            assertThat(answers).filteredOn("closed 4429"::equals).hasSize(1);
            assertThat(answers).filteredOn(a -> a.contains("\"pong\"")).hasSize(3);
        }
    }

    @Test
    void compressionIsNotAgreedUpon() throws Exception {
        try (RawSocket socket = new RawSocket(gateway.port)) {
            String answer =
                    socket.handshake(
                            "GET",
                            "/ws/chat",
                            "Authorization: Bearer " + TestGateway.token("zip"),
                            "Sec-WebSocket-Extensions: permessage-deflate");
            assertThat(answer).startsWith("HTTP/1.1 101").doesNotContainIgnoringCase("deflate");
        }
    }

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private static RawSocket open(String user) throws Exception {
        RawSocket socket = new RawSocket(gateway.port);
        // A user of its own for each: the limit of connections is for those who test it.
        String name = user.equals("many") ? user : user + "-" + System.nanoTime();
        assertThat(
                        socket.status(
                                "GET",
                                "/ws/chat",
                                "Authorization: Bearer " + TestGateway.token(name)))
                .isEqualTo(101);
        return socket;
    }
}
