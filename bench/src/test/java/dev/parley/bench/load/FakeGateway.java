package dev.parley.bench.load;

import dev.parley.bench.net.Bytes;
import dev.parley.bench.net.Connection;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.net.Handler;
import dev.parley.bench.net.HttpHead;
import dev.parley.bench.provider.AnswerPlan;
import dev.parley.bench.provider.AnswerText;
import dev.parley.schemas.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A gateway that answers each message by a script of frames. */
public final class FakeGateway implements AutoCloseable {

    private final EventLoop loop = EventLoop.start("test-gateway");
    private final InetSocketAddress address;
    private volatile @Nullable String authorization;

    /**
     * @param script frames for a message: its {@code client_msg_id} and the plan in its text
     */
    public FakeGateway(String statusLine, BiFunction<String, AnswerPlan, List<String>> script)
            throws IOException {
        address =
                loop.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        () -> new Socket(statusLine, script));
    }

    /** Well-behaved: accepted, the answer in frames of three tokens, done. */
    public static List<String> wellBehaved(String id, AnswerPlan plan) {
        String all = AnswerText.joined(plan.id(), plan.tokens());
        String first = AnswerText.joined(plan.id(), 1);
        return List.of(
                "{\"type\":\"accepted\",\"client_msg_id\":\"%s\",\"message_id\":\"m-%s\",\"conversation_id\":\"c\",\"cursor\":\"1\"}"
                        .formatted(id, id),
                "{\"message_id\":\"m-%s\",\"text\":%s,\"seq\":0,\"type\":\"token\",\"new\":{\"a\":[1]}}"
                        .formatted(id, Json.writeText(first)),
                "{\"type\":\"token\",\"message_id\":\"m-%s\",\"seq\":1,\"text\":%s}"
                        .formatted(id, Json.writeText(all.substring(first.length()))),
                "{\"type\":\"done\",\"message_id\":\"m-%s\",\"result\":{\"tools_used\":[\"a\"],\"answer\":%s,\"model\":\"m\"}}"
                        .formatted(id, Json.writeText(all)));
    }

    public InetSocketAddress address() {
        return address;
    }

    @Nullable String authorization() {
        return authorization;
    }

    @Override
    public void close() {
        loop.close();
    }

    private final class Socket implements Handler {

        private final String statusLine;
        private final BiFunction<String, AnswerPlan, List<String>> script;
        private final Bytes in = new Bytes(1024);
        private @Nullable Connection connection;
        private boolean upgraded;

        Socket(String statusLine, BiFunction<String, AnswerPlan, List<String>> script) {
            this.statusLine = statusLine;
            this.script = script;
        }

        @Override
        public void opened(Connection connection) {
            this.connection = connection;
        }

        @Override
        public void received(ByteBuffer bytes, long atNanos) {
            in.add(bytes);
            if (!upgraded) {
                HttpHead head = HttpHead.take(in);
                if (head == null) {
                    return;
                }
                authorization = head.field("authorization");
                upgraded = true;
                connection.write(
                        ByteBuffer.wrap(
                                (statusLine + "\r\nUpgrade: websocket\r\n\r\n")
                                        .getBytes(StandardCharsets.US_ASCII)));
                send("{\"type\":\"welcome\",\"session_id\":\"s\",\"conversation_id\":\"c\"}");
            }
            for (byte[] message = text(); message != null; message = text()) {
                JsonNode json = Json.tree(message);
                AnswerPlan plan = AnswerPlan.in(json.path("text").asString()).orElseThrow();
                script.apply(json.path("client_msg_id").asString(), plan).forEach(this::send);
            }
        }

        @Override
        public void closed(@Nullable Throwable reason) {}

        /** Sent as two fragments, and after a ping: both must be borne. */
        private void send(String text) {
            if (text.isEmpty()) {
                connection.close();
                return;
            }
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int half = bytes.length / 2;
            ByteBuffer frames = ByteBuffer.allocate(bytes.length + 16);
            frames.put((byte) 0x89).put((byte) 0);
            part(frames, 0x01, bytes, 0, half);
            part(frames, 0x80, bytes, half, bytes.length - half);
            connection.write(frames.flip());
        }

        private static void part(ByteBuffer to, int first, byte[] bytes, int from, int count) {
            to.put((byte) first);
            if (count < 126) {
                to.put((byte) count);
            } else {
                to.put((byte) 126).putShort((short) count);
            }
            to.put(bytes, from, count);
        }

        private byte @Nullable [] text() {
            while (in.size() >= 6) {
                int length = in.at(1) & 0x7f;
                int header = length == 126 ? 4 : 2;
                if (header == 4) {
                    length = ((in.at(2) & 0xff) << 8) | (in.at(3) & 0xff);
                }
                if (in.size() < header + 4 + length) {
                    return null;
                }
                boolean isText = (in.at(0) & 0x0f) == 1;
                in.drop(header);
                byte[] mask = in.take(4);
                byte[] payload = in.take(length);
                for (int i = 0; i < length; i++) {
                    payload[i] ^= mask[i & 3];
                }
                if (isText) {
                    return payload;
                }
            }
            return null;
        }
    }
}
