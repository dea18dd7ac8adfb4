package dev.parley.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ServerFrame;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class OutboxTest {

    /** A socket that takes frames when the test says so. */
    private static final class SlowSocket implements Transport {
        final List<JsonNode> written = new ArrayList<>();
        Written open;
        boolean atOnce;
        CloseCode closed;

        @Override
        public String entrance() {
            return "test";
        }

        @Override
        public void write(OutFrame frame, Written then) {
            written.add(Json.mapper().readTree(frame.json()));
            if (atOnce) {
                then.done(true);
            } else {
                open = then;
            }
        }

        void taken() {
            Written then = open;
            open = null;
            then.done(true);
        }

        @Override
        public void beat() {}

        @Override
        public boolean expectsAnswers() {
            return true;
        }

        @Override
        public void close(CloseCode code) {
            closed = code;
        }

        @Override
        public void abort() {}
    }

    private static OutFrame token(String id, long seq, String text) {
        return OutFrame.withCursor(
                "token", id, Json.writeText(new ServerFrame.Token(id, seq, text)), "c" + seq);
    }

    private static String summary(JsonNode frame) {
        return frame.path("type").asString()
                + frame.path("seq").asString("")
                + ":"
                + frame.path("text").asString("")
                + "@"
                + frame.path("cursor").asString("");
    }

    @Test
    void aFastSocketGetsEveryFrameAsItIs() {
        SlowSocket socket = new SlowSocket();
        socket.atOnce = true;
        Outbox outbox = new Outbox(socket, 10_000, () -> {});
        outbox.offer(token("m", 0, "a"));
        outbox.offer(token("m", 1, "b"));
        assertThat(socket.written.stream().map(OutboxTest::summary))
                .containsExactly("token0:a@c0", "token1:b@c1");
    }

    @Test
    void tokensThatWaitAreMergedAndSeqStaysDense() {
        SlowSocket socket = new SlowSocket();
        Outbox outbox = new Outbox(socket, 10_000, () -> {});
        for (int i = 0; i < 5; i++) {
            outbox.offer(token("m", i, "t" + i));
        }
        outbox.offer(token("n", 0, "other"));
        outbox.offer(token("m", 5, "t5"));
        for (int i = 0; i < 4; i++) {
            socket.taken();
        }
        assertThat(socket.written.stream().map(OutboxTest::summary))
                .containsExactly(
                        "token0:t0@c0", "token1:t1t2t3t4@c4", "token0:other@c0", "token2:t5@c5");
    }

    @Test
    void pastTheLimitTokensAreMergedFirstAndThenTheClientIsLetGo() {
        SlowSocket socket = new SlowSocket();
        List<String> overflows = new ArrayList<>();
        Outbox outbox = new Outbox(socket, 4_096, () -> overflows.add("overflow"));
        for (int i = 0; i < 100; i++) {
            outbox.offer(token("m", i, "word "));
        }
        assertThat(overflows).isEmpty();
        for (int i = 100; i < 3_000; i++) {
            outbox.offer(token("m", i, "word "));
        }
        assertThat(overflows).containsExactly("overflow");
    }

    @Test
    void closeComesAfterWhatWasOffered() {
        SlowSocket socket = new SlowSocket();
        Outbox outbox = new Outbox(socket, 10_000, () -> {});
        outbox.offer(token("m", 0, "a"));
        outbox.closeAfter(CloseCode.DRAINED);
        assertThat(socket.closed).isNull();
        socket.taken();
        assertThat(socket.closed).isEqualTo(CloseCode.DRAINED);
    }
}
