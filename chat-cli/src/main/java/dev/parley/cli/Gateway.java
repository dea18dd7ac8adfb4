package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The REST calls of one gateway, and the proof of who calls. */
final class Gateway {

    static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    static final Duration CALL_TIMEOUT = Duration.ofSeconds(15);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(CONNECT_TIMEOUT)
                    .build();
    private final URI url;
    private volatile @Nullable String token;
    private @Nullable Credentials credentials;

    private record Credentials(String user, String password) {}

    Gateway(URI url, @Nullable String token) {
        String text = url.toString();
        this.url = URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
        this.token = token;
    }

    URI url() {
        return url;
    }

    HttpClient http() {
        return http;
    }

    /** Exchanges a password for a token, which all later calls show. */
    void signIn(String user, String password) throws IOException, InterruptedException {
        credentials = new Credentials(user, password);
        renew();
    }

    /** Gets a fresh token, which it answers; null where only a token was given. */
    @Nullable String renew() throws IOException, InterruptedException {
        if (credentials == null) {
            return null;
        }
        String body =
                Json.writeText(
                        Map.of("username", credentials.user(), "password", credentials.password()));
        token = null;
        JsonNode answer =
                json(
                        call("POST", "/api/login", body, HttpResponse.BodyHandlers.ofByteArray())
                                .body());
        String fresh = answer.path("token").asString("");
        token = fresh;
        return fresh;
    }

    JsonNode get(String path) throws IOException, InterruptedException {
        return json(call("GET", path, null, HttpResponse.BodyHandlers.ofByteArray()).body());
    }

    byte[] download(String path) throws IOException, InterruptedException {
        return call("GET", path, null, HttpResponse.BodyHandlers.ofByteArray()).body();
    }

    void post(String path, String body) throws IOException, InterruptedException {
        call("POST", path, body, HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Sends a document of any kind; the answer's bytes. */
    byte[] send(String method, String path, String contentType, byte[] body)
            throws IOException, InterruptedException {
        HttpRequest request =
                request(path)
                        .timeout(CALL_TIMEOUT)
                        .header("Content-Type", contentType)
                        .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        return checked(http.send(request, HttpResponse.BodyHandlers.ofByteArray())).body();
    }

    /** A response that goes on; the caller closes it. */
    InputStream stream(String path) throws IOException, InterruptedException {
        HttpRequest request = request(path).header("Accept", "text/event-stream").GET().build();
        return checked(http.send(request, HttpResponse.BodyHandlers.ofInputStream())).body();
    }

    /** {@code path} with its parameters, those without a value left out. */
    static String query(String path, Map<String, String> parameters) {
        String query =
                parameters.entrySet().stream()
                        .filter(entry -> !entry.getValue().isEmpty())
                        .map(entry -> entry.getKey() + "=" + encode(entry.getValue()))
                        .collect(Collectors.joining("&"));
        return query.isEmpty() ? path : path + "?" + query;
    }

    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Nullable String authorization() {
        return token == null ? null : "Bearer " + token;
    }

    private <T> HttpResponse<T> call(
            String method, String path, @Nullable String body, HttpResponse.BodyHandler<T> handler)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).timeout(CALL_TIMEOUT);
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, HttpRequest.BodyPublishers.ofString(body));
        }
        return checked(http.send(request.build(), handler));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path));
        String authorization = authorization();
        return authorization == null ? request : request.header("Authorization", authorization);
    }

    private static <T> HttpResponse<T> checked(HttpResponse<T> response) throws IOException {
        if (response.statusCode() / 100 == 2) {
            return response;
        }
        byte[] body =
                switch (response.body()) {
                    case byte[] bytes -> bytes;
                    case InputStream stream -> {
                        try (stream) {
                            yield stream.readNBytes(65_536);
                        }
                    }
                    default -> new byte[0];
                };
        throw refused(response.statusCode(), body);
    }

    /**
     * Reads {@code application/problem+json}; whatever else a proxy in between sends is judged by
     * its status.
     */
    static RefusedException refused(int status, byte[] body) {
        try {
            JsonNode problem = Json.tree(body);
            String code = problem.path("code").asString("");
            if (!code.isEmpty()) {
                return new RefusedException(
                        status, ErrorCode.of(code), problem.path("detail").asString(""));
            }
        } catch (UnreadableRecordException | IllegalArgumentException e) {
            // Not of this system, or of a newer one.
        }
        return new RefusedException(status, ofStatus(status), "");
    }

    private static ErrorCode ofStatus(int status) {
        return switch (status) {
            case 400 -> ErrorCode.BAD_FRAME;
            case 401 -> ErrorCode.UNAUTHENTICATED;
            case 403 -> ErrorCode.FORBIDDEN;
            case 404 -> ErrorCode.NOT_FOUND;
            case 413 -> ErrorCode.MESSAGE_TOO_LONG;
            case 429 -> ErrorCode.RATE_LIMITED;
            case 502, 503, 504 -> ErrorCode.UNAVAILABLE;
            default -> ErrorCode.INTERNAL;
        };
    }

    private static JsonNode json(byte[] body) throws IOException {
        try {
            return Json.tree(body);
        } catch (UnreadableRecordException e) {
            throw new IOException("the answer is not JSON", e);
        }
    }
}
