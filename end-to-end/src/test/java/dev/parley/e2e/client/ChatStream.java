package dev.parley.e2e.client;

import dev.parley.schemas.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client of the server-sent events. */
public final class ChatStream implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Frames frames = new Frames();
    private final List<String> eventIds = new ArrayList<>();
    private final InputStream body;

    private ChatStream(HttpRequest request) {
        try {
            HttpResponse<InputStream> response =
                    HTTP.send(request, HttpResponse.BodyHandlers.ofInputStream());
            if (response.statusCode() != 200) {
                throw new AssertionError(
                        response.statusCode()
                                + " "
                                + new String(
                                        response.body().readAllBytes(), StandardCharsets.UTF_8));
            }
            body = response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
        Thread.ofVirtual().start(this::read);
    }

    /** {@code POST /api/chat}: one message, a stream that ends with its terminal. */
    public static ChatStream post(URI gateway, String token, Map<String, Object> message) {
        return new ChatStream(
                request(gateway, token, "/api/chat")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(Json.write(message)))
                        .build());
    }

    /** {@code GET /api/chat/stream}, new or resumed by {@code query}. */
    public static ChatStream open(URI gateway, String token, String query) {
        return new ChatStream(
                request(gateway, token, "/api/chat/stream" + (query.isEmpty() ? "" : "?" + query))
                        .GET()
                        .build());
    }

    public Frames frames() {
        return frames;
    }

    /** Event ids in order; the cursor of the frame that they came with. */
    public synchronized List<String> eventIds() {
        return List.copyOf(eventIds);
    }

    @Override
    public void close() {
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static HttpRequest.Builder request(URI gateway, String token, String path) {
        return HttpRequest.newBuilder(gateway.resolve(path))
                .header("Authorization", "Bearer " + token);
    }

    private void read() {
        StringBuilder data = new StringBuilder();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.isEmpty() && !data.isEmpty()) {
                    frames.add(data.toString());
                    data.setLength(0);
                } else if (line.startsWith("data:")) {
                    data.append(line.substring(5).stripLeading());
                } else if (line.startsWith("id:")) {
                    synchronized (this) {
                        eventIds.add(line.substring(3).strip());
                    }
                }
            }
            frames.end("end of stream");
        } catch (IOException e) {
            frames.end(e.toString());
        }
    }
}
