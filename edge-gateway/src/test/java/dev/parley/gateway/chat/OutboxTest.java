package dev.parley.gateway.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.gateway.lane.Cursor;
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
        boolean cut;
        CloseCode closed;

        @Override
        public String entrance() {
            return "test";
        }

        @Override
        public String address() {
            return "127.0.0.1";
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
        public void abort() {
            cut = true;
        }
    }

    private static WaitingFrame token(String id, long seq, String text) {
        return WaitingFrame.ofLane(
                "token", id, Json.write(new ServerFrame.Token(id, seq, text)), at(seq), 0);
    }

    /** After the token with this number, in a lane that holds nothing else. */
    private static Cursor at(long seq) {
        return new Cursor(1, 1, seq, seq, 1);
    }

    private static String summary(JsonNode frame) {
        return frame.path("type").asString()
                + frame.path("seq").asString("")
                + ":"
                + frame.path("text").asString("")
                + "@"
                + cursor(frame).offset();
    }

    private static Cursor cursor(JsonNode frame) {
        return Cursor.parse(frame.path("cursor").asString(""));
    }

    @Test
    void aFastSocketGetsEveryFrameAsItIs() {
        SlowSocket socket = new SlowSocket();
        socket.atOnce = true;
        Outbox outbox = new Outbox(socket, 10_000, () -> {});
        outbox.offer(token("m", 0, "a"));
        outbox.offer(token("m", 1, "b"));
        assertThat(socket.written.stream().map(OutboxTest::summary))
                .containsExactly("token0:a@0", "token1:b@1");
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
                        "token0:t0@0", "token1:t1t2t3t4@4", "token0:other@0", "token2:t5@5");
    }

    /** The client counts on where it was, whatever it had merged on the connection before. */
    @Test
    void seqStaysDenseOverAReconnectAfterAMerge() {
        SlowSocket before = new SlowSocket();
        Outbox first = new Outbox(before, 10_000, () -> {});
        for (int i = 0; i < 10; i++) {
            first.offer(token("m", i, "t" + i));
        }
        before.taken();
        assertThat(before.written.stream().map(OutboxTest::summary))
                .containsExactly("token0:t0@0", "token1:t1t2t3t4t5t6t7t8t9@9");

        SlowSocket after = new SlowSocket();
        after.atOnce = true;
        Outbox second = new Outbox(after, 10_000, () -> {});
        second.restore(cursor(before.written.getLast()).shifts());
        second.learn("m", 0);
        second.allRead();
        second.offer(token("m", 10, "t10"));
        second.offer(token("m", 11, "t11"));
        assertThat(after.written.stream().map(OutboxTest::summary))
                .containsExactly("token2:t10@10", "token3:t11@11");
        assertThat(cursor(after.written.getLast()).shifts())
                .containsExactly(new Cursor.Shift(0, 8));
    }

    @Test
    void anEndedAnswerLeavesNothingInTheCursor() {
        SlowSocket socket = new SlowSocket();
        Outbox outbox = new Outbox(socket, 10_000, () -> {});
        for (int i = 0; i < 4; i++) {
            outbox.offer(token("m", i, "t" + i));
        }
        outbox.offer(WaitingFrame.ofLane("done", "m", "{\"type\":\"done\"}".getBytes(), at(4), 0));
        outbox.offer(token("n", 0, "other"));
        for (int i = 0; i < 3; i++) {
            socket.taken();
        }
        assertThat(socket.written).hasSize(4);
        assertThat(cursor(socket.written.get(1)).shifts()).hasSize(1);
        assertThat(cursor(socket.written.get(2)).shifts()).isEmpty();
        assertThat(cursor(socket.written.get(3)).shifts()).isEmpty();
    }

    /** Silence would be worse than an end. */
    @Test
    void aFrameThatIsLostOnTheLineEndsIt() {
        SlowSocket socket = new SlowSocket();
        Outbox outbox = new Outbox(socket, 10_000, () -> {});
        outbox.offer(token("m", 0, "a"));
        outbox.offer(token("m", 1, "b"));
        socket.open.done(false);
        assertThat(socket.cut).isTrue();
        assertThat(socket.written).hasSize(1);
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
