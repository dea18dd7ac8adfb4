package dev.parley.orchestrator.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.apache.kafka.streams.state.HostInfo;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Asks the instance that has a user's state, once: what is forwarded is not forwarded again. */
@Component
class OtherInstances {

    static final String FORWARDED = "X-Parley-Forwarded";

    private static final Duration TIMEOUT = Duration.ofSeconds(3);

    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .build();

    /** The other's answer as it is; {@code unavailable} when it does not answer in time. */
    ResponseEntity<byte[]> ask(HostInfo host, String path, String authorization) {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://" + host.host() + ":" + host.port() + path))
                        .timeout(TIMEOUT)
                        .header(HttpHeaders.AUTHORIZATION, authorization)
                        .header(FORWARDED, "1")
                        .GET()
                        .build();
        try {
            HttpResponse<byte[]> answer =
                    http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return ResponseEntity.status(answer.statusCode())
                    .contentType(
                            answer.headers()
                                    .firstValue(HttpHeaders.CONTENT_TYPE)
                                    .map(MediaType::parseMediaType)
                                    .orElse(MediaType.APPLICATION_JSON))
                    .body(answer.body());
        } catch (IOException e) {
            throw unavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                ErrorCode.UNAVAILABLE, "The account cannot be read right now; try again.");
    }
}
