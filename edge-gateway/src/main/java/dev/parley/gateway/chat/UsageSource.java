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
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/**
 * What a user has used, from the orchestrator, for {@code welcome}. It is a courtesy: late or
 * absent, the client is greeted without it, and after a failure nobody asks for a while.
 */
@Component
final class UsageSource {

    private static final Duration TIMEOUT = Duration.ofMillis(250);
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(5);

    private final GatewaySettings settings;
    private final HttpClient http =
            HttpClient.newBuilder()
                    .connectTimeout(TIMEOUT)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
    private volatile long pausedUntilNanos = System.nanoTime();

    UsageSource(GatewaySettings settings) {
        this.settings = settings;
    }

    /** Never fails; empty: not known. */
    CompletableFuture<Optional<ServerFrame.Usage>> of(Identity identity) {
        if (identity.bearer() == null || System.nanoTime() - pausedUntilNanos < 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        HttpRequest request =
                HttpRequest.newBuilder(settings.orchestratorUrl().resolve("/api/me"))
                        .header("Authorization", "Bearer " + identity.bearer())
                        .timeout(TIMEOUT)
                        .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                .orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(UsageSource::read)
                .exceptionally(e -> {
                    pausedUntilNanos = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
                    return Optional.empty();
                });
    }

    private static Optional<ServerFrame.Usage> read(HttpResponse<byte[]> answer) {
        if (answer.statusCode() != 200) {
            return Optional.empty();
        }
        JsonNode usage = Json.tree(answer.body()).get("usage");
        return usage == null || !usage.isObject()
                ? Optional.empty()
                : Optional.of(Json.mapper().treeToValue(usage, ServerFrame.Usage.class));
    }

    @PreDestroy
    void close() {
        http.shutdownNow();
    }
}
