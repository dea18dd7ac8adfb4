package dev.parley.e2e.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/**
 * The frames that one client has received, in order. Thread-safe; waits are bounded and say what
 * they waited for.
 */
public final class Frames {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<JsonNode> frames = new ArrayList<>();
    private String ended = "";

    public synchronized void add(String json) {
        frames.add(Json.tree(json.getBytes(StandardCharsets.UTF_8)));
        notifyAll();
    }

    /** No more will come; {@code why} is the close code or the failure. */
    public synchronized void end(String why) {
        if (ended.isEmpty()) {
            ended = why;
        }
        notifyAll();
    }

    public synchronized String ended() {
        return ended;
    }

    public synchronized List<JsonNode> all() {
        return List.copyOf(frames);
    }

    public JsonNode await(String type) {
        return await("a frame " + type, f -> type(f).equals(type));
    }

    public JsonNode await(String what, Predicate<JsonNode> wanted) {
        return await(what, wanted, PATIENCE);
    }

    /** The first frame, of those that came already too, which is wanted. */
    public synchronized JsonNode await(String what, Predicate<JsonNode> wanted, Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        int seen = 0;
        while (true) {
            for (; seen < frames.size(); seen++) {
                if (wanted.test(frames.get(seen))) {
                    return frames.get(seen);
                }
            }
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0 || !ended.isEmpty()) {
                throw new AssertionError(
                        "no "
                                + what
                                + (ended.isEmpty() ? " within " + patience : "; ended: " + ended)
                                + "; last of "
                                + frames.size()
                                + " frames: "
                                + frames.subList(Math.max(0, frames.size() - 3), frames.size()));
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for " + what, e);
            }
        }
    }

    /** Waits for the connection's end and gives the reason of {@link #end}. */
    public synchronized String awaitEnd() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ended.isEmpty()) {
            long leftMs = (deadline - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new AssertionError("the connection did not end within " + PATIENCE);
            }
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted while waiting for the end", e);
            }
        }
        return ended;
    }

    /** Waits for the terminal frame of a message. */
    public JsonNode awaitTerminal(String messageId) {
        return awaitTerminal(messageId, PATIENCE);
    }

    public JsonNode awaitTerminal(String messageId, Duration patience) {
        return await(
                "terminal of " + messageId, f -> isTerminal(f) && isOf(f, messageId), patience);
    }

    /** The text that a client shows for a message, with restarts heeded. */
    public String shownText(String messageId) {
        return shownText(all(), messageId);
    }

    public static String shownText(List<JsonNode> frames, String messageId) {
        StringBuilder shown = new StringBuilder();
        long nextSeq = 0;
        for (JsonNode frame : frames) {
            if (!isOf(frame, messageId)) {
                continue;
            }
            if (type(frame).equals("restart")) {
                shown.setLength(frame.get("keep").intValue());
                nextSeq = -1;
            } else if (type(frame).equals("token")) {
                long seq = frame.get("seq").longValue();
                if (nextSeq >= 0) {
                    assertThat(seq).as("seq of %s", frame).isEqualTo(nextSeq);
                }
                nextSeq = seq + 1;
                shown.append(frame.get("text").stringValue());
            }
        }
        return shown.toString();
    }

    /** {@code done} for a message, exactly once, whose answer is what the tokens said. */
    public JsonNode assertAnswered(String messageId) {
        JsonNode terminal = awaitTerminal(messageId);
        assertThat(type(terminal)).as("%s", terminal).isEqualTo("done");
        assertThat(terminal.at("/result/answer").stringValue()).isEqualTo(shownText(messageId));
        assertThat(terminalsOf(messageId)).hasSize(1);
        return terminal;
    }

    public List<JsonNode> terminalsOf(String messageId) {
        return all().stream().filter(f -> isTerminal(f) && isOf(f, messageId)).toList();
    }

    public static String type(JsonNode frame) {
        return frame.path("type").asString("");
    }

    public static boolean isOf(JsonNode frame, String messageId) {
        return frame.path("message_id").asString("").equals(messageId);
    }

    public static boolean isTerminal(JsonNode frame) {
        return type(frame).equals("done") || type(frame).equals("error") && frame.has("message_id");
    }
}
