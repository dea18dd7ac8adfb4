package dev.parley.gateway.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.gateway.GatewaySettings;
import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.Query;
import dev.parley.gateway.access.RefusedException;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.annotation.PreDestroy;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * Passes calls on to the service that owns the answer, as they came: method, path, query, body and
 * the caller's own token. Nothing else of the caller's headers goes on, above all no {@code
 * x-user-*}.
 */
@RestController
class Forwarding {

    private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
    private static final List<String> REQUEST_HEADERS =
            List.of("Content-Type", "Accept", "If-Match", "If-None-Match", "Last-Event-ID");
    private static final List<String> RESPONSE_HEADERS =
            List.of(
                    "Content-Type",
                    "Content-Disposition",
                    "Cache-Control",
                    "ETag",
                    "Location",
                    "Retry-After",
                    "Allow",
                    "WWW-Authenticate");
    private static final int BUFFER_BYTES = 8192;

    private final AccessControl access;
    private final GatewaySettings owners;
    private final ForwardSettings settings;
    private final HttpClient http;

    Forwarding(AccessControl access, GatewaySettings owners, ForwardSettings settings) {
        this.access = access;
        this.owners = owners;
        this.settings = settings;
        this.http =
                HttpClient.newBuilder()
                        .connectTimeout(settings.connectTimeout())
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build();
    }

    @RequestMapping({"/api/me", "/api/admin/**"})
    void toOrchestrator(HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        forward(owners.orchestratorUrl(), request, response);
    }

    @RequestMapping({
        "/api/conversations",
        "/api/conversations/**",
        "/api/messages/**",
        "/api/audit/**"
    })
    void toAudit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        forward(owners.auditUrl(), request, response);
    }

    private void forward(URI owner, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Identity identity = identify(request);
        byte[] body = Body.read(request, settings.bodyBytesMax(request.getRequestURI()));
        HttpResponse<InputStream> answer = ask(passedOn(owner, request, identity, body));
        response.setStatus(answer.statusCode());
        for (String name : RESPONSE_HEADERS) {
            answer.headers().allValues(name).forEach(v -> response.addHeader(name, v));
        }
        answer.headers()
                .firstValueAsLong("Content-Length")
                .ifPresent(response::setContentLengthLong);
        try (InputStream in = answer.body()) {
            copy(in, response.getOutputStream());
        }
    }

    /** Streams are for a browser's {@code EventSource} too, which can show a ticket alone. */
    private Identity identify(HttpServletRequest request) {
        try {
            access.checkOrigin(request, false);
            return request.getMethod().equals("GET") && request.getRequestURI().endsWith("/stream")
                    ? access.identify(request)
                    : access.identifyBearer(request);
        } catch (RefusedException e) {
            throw new ProblemException(e.code(), e.detail());
        }
    }

    private HttpRequest passedOn(
            URI owner, HttpServletRequest request, Identity identity, byte[] body) {
        String path = request.getRequestURI();
        if (path.contains("..") || path.contains("//") || path.contains(";")) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is nothing here.");
        }
        String query = Query.withoutProof(request.getQueryString());
        HttpRequest.Builder passed;
        try {
            passed =
                    HttpRequest.newBuilder(
                            URI.create(
                                    owner.toString().replaceAll("/+$", "")
                                            + path
                                            + (query == null ? "" : "?" + query)));
        } catch (IllegalArgumentException e) {
            throw new ProblemException(ErrorCode.BAD_FRAME, "The address is not well formed.");
        }
        passed.timeout(settings.answerTimeout())
                .method(
                        request.getMethod(),
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (identity.bearer() != null) {
            passed.header("Authorization", "Bearer " + identity.bearer());
        }
        for (String name : REQUEST_HEADERS) {
            String value = request.getHeader(name);
            if (value != null) {
                passed.header(name, value);
            }
        }
        return passed.build();
    }

    private HttpResponse<InputStream> ask(HttpRequest request) {
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            LOG.warn("{} does not answer: {}", request.uri().getAuthority(), e.toString());
            throw new ProblemException(
                    ErrorCode.UNAVAILABLE, "The service that answers this is not reached.");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ErrorCode.UNAVAILABLE, "The gateway is stopping.");
        }
    }

    /** Flushes what has come, since some answers are streams. */
    private static void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            if (in.available() == 0) {
                out.flush();
            }
        }
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
