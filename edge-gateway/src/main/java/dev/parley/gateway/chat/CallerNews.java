package dev.parley.gateway.chat;

import dev.parley.gateway.GatewaySettings;
import dev.parley.gateway.access.Identity;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import jakarta.annotation.PreDestroy;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the orchestrator knows of a user who comes in, for {@code welcome}: what is used and left,
 * and approvals that wait. It is a courtesy: late or absent, the client is greeted without it, and
 * after a failure nobody asks for a while.
 */
@Component
final class CallerNews {

    private static final Logger LOG = LoggerFactory.getLogger(CallerNews.class);

    /** A welcome is not held up longer than a person waits gladly. */
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    /** Of a reload of everybody at once, the rest is greeted without. */
    private static final int ASKED_AT_ONCE_MAX = 64;

    private final GatewaySettings settings;
    private final Semaphore room = new Semaphore(ASKED_AT_ONCE_MAX);
    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
    private volatile long pausedUntilNanos = System.nanoTime();

    CallerNews(GatewaySettings settings) {
        this.settings = settings;
    }

    record Known(ServerFrame.@Nullable Usage usage, List<ServerFrame.Approval> approvals) {

        static final Known NOTHING = new Known(null, List.of());
    }

    /** Never fails. */
    CompletableFuture<Known> of(Identity identity) {
        if (identity.bearer() == null
                || System.nanoTime() - pausedUntilNanos < 0
                || !room.tryAcquire()) {
            return CompletableFuture.completedFuture(Known.NOTHING);
        }
        HttpRequest request =
                HttpRequest.newBuilder(settings.orchestratorUrl().resolve("/api/me"))
                        .header("Authorization", "Bearer " + identity.bearer())
                        .build();
        CompletableFuture<HttpResponse<byte[]>> asked =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        asked.whenComplete((answer, failure) -> {
            room.release();
            if (failure != null) {
                pausedUntilNanos = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
            }
        });
        return asked.thenApply(CallerNews::read)
                .completeOnTimeout(Known.NOTHING, TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> Known.NOTHING);
    }

    private static Known read(HttpResponse<byte[]> answer) {
        if (answer.statusCode() != 200) {
            return Known.NOTHING;
        }
        JsonNode me = Json.tree(answer.body());
        return new Known(usage(me.get("usage")), approvals(me.path("approvals")));
    }

    private static ServerFrame.@Nullable Usage usage(@Nullable JsonNode usage) {
        try {
            return usage == null || !usage.isObject()
                    ? null
                    : Json.mapper().treeToValue(usage, ServerFrame.Usage.class);
        } catch (JacksonException e) {
            LOG.warn("the orchestrator's usage is not understood: {}", e.getOriginalMessage());
            return null;
        }
    }

    private static List<ServerFrame.Approval> approvals(JsonNode listed) {
        List<ServerFrame.Approval> approvals = new ArrayList<>();
        for (JsonNode item : listed) {
            try {
                ObjectNode frame = ((ObjectNode) item).put("type", "approval");
                approvals.add(Json.mapper().treeToValue(frame, ServerFrame.Approval.class));
            } catch (JacksonException | ClassCastException e) {
                LOG.warn("a waiting approval is not understood: {}", e.toString());
            }
        }
        return approvals;
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
