package dev.parley.gateway.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.log.Directory;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SignsOfLife;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/**
 * Frames that a client posted to this gateway and that belong to a session of another one. The
 * session log says which; it is asked in the caller's own name.
 */
@Component
final class ElsewhereFrames {

    private static final Logger LOG = LoggerFactory.getLogger(ElsewhereFrames.class);

    /** Set by a gateway that passes a frame on, so that it is passed on once at most. */
    private static final String PASSED_ON = "X-Parley-Passed-On";

    private final SessionLog sessionLog;
    private final SignsOfLife signs;
    private final ForwardSettings settings;
    private final HttpClient http;

    ElsewhereFrames(SessionLog sessionLog, SignsOfLife signs, ForwardSettings settings) {
        this.sessionLog = sessionLog;
        this.signs = signs;
        this.settings = settings;
        this.http =
                HttpClient.newBuilder()
                        .connectTimeout(settings.connectTimeout())
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    static boolean isPassedOn(HttpServletRequest request) {
        return request.getHeader(PASSED_ON) != null;
    }

    /** What the gateway that has the session answers. */
    ResponseEntity<byte[]> post(
            String sessionId, Identity identity, byte[] frame, boolean wasPassedOn) {
        SessionState state = wasPassedOn ? null : state(sessionId);
        if (state == null || !state.userId().equals(identity.userId())) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no such session.");
        }
        URI gateway = state.attached() ? address(state.gateway()) : null;
        if (gateway == null || identity.bearer() == null) {
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE,
                    "The session has no open stream; open one and send this again.");
        }
        HttpRequest request =
                HttpRequest.newBuilder(
                                gateway.resolve("/api/chat/" + state.sessionId() + "/frames"))
                        .timeout(settings.answerTimeout())
                        .header("Authorization", "Bearer " + identity.bearer())
                        .header("Content-Type", MediaType.APPLICATION_JSON_VALUE)
                        .header(PASSED_ON, signs.self())
                        .POST(HttpRequest.BodyPublishers.ofByteArray(frame))
                        .build();
        return asked(request);
    }

    private ResponseEntity<byte[]> asked(HttpRequest request) {
        try {
            HttpResponse<byte[]> answer =
                    http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return ResponseEntity.status(answer.statusCode())
                    .header(
                            "Content-Type",
                            answer.headers()
                                    .firstValue("Content-Type")
                                    .orElse(MediaType.APPLICATION_JSON_VALUE))
                    .body(answer.body());
        } catch (IOException e) {
            LOG.warn(
                    "the gateway at {} is not reached: {}",
                    request.uri().getAuthority(),
                    e.toString());
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE,
                    "The gateway that has the session is not reached; send this again.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ErrorCode.UNAVAILABLE, "The gateway is stopping.");
        }
    }

    /** What the log says of the session now; another gateway may have opened it a moment ago. */
    private @Nullable SessionState state(String sessionId) {
        try {
            sessionLog
                    .catchUp()
                    .orTimeout(settings.connectTimeout().toMillis(), TimeUnit.MILLISECONDS)
                    .join();
        } catch (CompletionException e) {
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE, "It is not known where the session is; try again.");
        }
        return sessionLog.directory().session(sessionId);
    }

    private @Nullable URI address(String gateway) {
        Directory.Seen seen = sessionLog.directory().gateways().get(gateway);
        return seen == null || seen.url() == null || gateway.equals(signs.self())
                ? null
                : URI.create(seen.url());
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
