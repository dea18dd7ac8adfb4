package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ServerFrame;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The same frames as server-sent events, and POST for those to the server. */
final class EventStreamLink implements Link {

    private final Gateway gateway;
    private final BlockingQueue<Event> events;
    private final InputStream body;
    private volatile @Nullable String session;
    private volatile boolean closed;
    private LinkEnd reason = LinkEnd.broken();
    private volatile long lastHeardNanos = System.nanoTime();

    private EventStreamLink(
            Gateway gateway, Resume resume, InputStream body, BlockingQueue<Event> events) {
        this.gateway = gateway;
        this.session = resume.session();
        this.body = body;
        this.events = events;
    }

    /** Connects, or says why not. */
    static EventStreamLink open(Gateway gateway, Resume resume, BlockingQueue<Event> events)
            throws IOException, InterruptedException {
        InputStream body = gateway.stream(resume.query("/api/chat/stream"));
        EventStreamLink link = new EventStreamLink(gateway, resume, body, events);
        Thread.ofVirtual().name("event-stream").start(link::read);
        return link;
    }

    @Override
    public void send(String frame) throws IOException, InterruptedException {
        String of = session;
        if (of == null) {
            throw new IOException("not connected");
        }
        gateway.post("/api/chat/" + Gateway.encode(of) + "/frames", frame);
    }

    @Override
    public long lastHeardNanos() {
        return lastHeardNanos;
    }

    @Override
    public void close() {
        closed = true;
        try {
            body.close();
        } catch (IOException e) {
            // It is over either way.
        }
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            StringBuilder data = new StringBuilder();
            for (String line = lines.readLine(); line != null && !closed; line = lines.readLine()) {
                lastHeardNanos = System.nanoTime();
                if (line.isEmpty()) {
                    deliver(data.toString());
                    data.setLength(0);
                } else if (line.startsWith("data:")) {
                    append(data, line.substring(line.startsWith("data: ") ? 6 : 5));
                }
            }
        } catch (IOException e) {
            // The end is told below, however it came.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end();
    }

    private static void append(StringBuilder data, String line) throws IOException {
        if (data.length() + line.length() > WebSocketLink.FRAME_CHARS_MAX) {
            throw new IOException("event too long");
        }
        data.append(data.isEmpty() ? "" : "\n").append(line);
    }

    private void deliver(String text) throws InterruptedException {
        if (text.isEmpty()) {
            return;
        }
        JsonNode frame;
        try {
            frame = Json.tree(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableRecordException e) {
            return;
        }
        if (frame.path("type").asString("").equals("welcome")) {
            session = frame.path("session_id").asString("");
        }
        reason = reasonOf(frame);
        events.put(new Event.FrameArrived(this, frame, text));
    }

    /**
     * A stream has no close code: an error that belongs to no message, right before the end, says
     * why it ends.
     */
    private static LinkEnd reasonOf(JsonNode frame) {
        boolean ofMessage = frame.has("message_id") || frame.has("client_msg_id");
        if (ofMessage || !frame.path("type").asString("").equals("error")) {
            return LinkEnd.broken();
        }
        return switch (FrameReader.read(frame)) {
            case ServerFrame.Failure failure ->
                    switch (failure.code()) {
                        case UNAUTHENTICATED -> LinkEnd.of(CloseCode.TOKEN_EXPIRED);
                        case BLOCKED -> LinkEnd.of(CloseCode.BLOCKED);
                        case CONFLICT -> LinkEnd.of(CloseCode.TAKEN_OVER);
                        case OVERLOADED -> LinkEnd.of(CloseCode.TOO_SLOW);
                        case BAD_FRAME -> LinkEnd.of(CloseCode.BAD_FRAMES);
                        default -> LinkEnd.broken();
                    };
            case null, default -> LinkEnd.broken();
        };
    }

    private void end() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            events.put(new Event.LinkLost(this, reason));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
