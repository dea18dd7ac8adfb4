package dev.parley.worker.provider.openai;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The models that a service lists, asked for at most once a while. */
public final class ListedModels {

    private static final Logger LOG = LoggerFactory.getLogger(ListedModels.class);

    /** Services with a single model take any name. */
    private static final String ANY = "default";

    private static final int TIMEOUT_MS = 2_000;
    private static final long FRESH_NANOS = Duration.ofMinutes(5).toNanos();

    /** More than a page could show; the rest can be asked for by name. */
    private static final int MODELS_MAX = 200;

    private final String provider;
    private final HttpClient http;
    private final HttpRequest request;
    private final AtomicBoolean asking = new AtomicBoolean();

    private volatile @Nullable List<String> known;
    private volatile long askedNanos;

    ListedModels(String provider, HttpClient http, HttpRequest request) {
        this.provider = provider;
        this.http = http;
        this.request = request;
    }

    /** As they were when last asked for; asks again in the background when that is long ago. */
    List<String> known() {
        List<String> names = known;
        if (names == null || System.nanoTime() - askedNanos > FRESH_NANOS) {
            askInBackground();
        }
        return names == null ? List.of() : names;
    }

    /** The first one, for an installation that names none; waits shortly. */
    public String first() {
        List<String> names = known;
        if (names == null || names.isEmpty()) {
            ask();
            names = known;
        }
        return names == null || names.isEmpty() ? ANY : names.getFirst();
    }

    /** Asks ahead, so that the first answer need not wait. */
    public void askInBackground() {
        if (asking.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("listed-models")
                    .start(() -> {
                        try {
                            ask();
                        } finally {
                            asking.set(false);
                        }
                    });
        }
    }

    private void ask() {
        try {
            HttpResponse<byte[]> response =
                    http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray())
                            .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            List<String> names = new ArrayList<>();
            for (JsonNode entry : Json.tree(response.body()).path("data")) {
                JsonNode id = entry.path("id");
                if (id.isString() && !id.asString().isBlank() && names.size() < MODELS_MAX) {
                    names.add(id.asString());
                }
            }
            known = List.copyOf(names);
        } catch (ExecutionException | TimeoutException | UnreadableRecordException e) {
            if (known == null) {
                LOG.warn(
                        "provider {} does not list its models ({}); PARLEY_MODEL names a default",
                        provider,
                        e.getCause() instanceof IOException
                                ? "unreachable"
                                : e.getClass().getSimpleName());
                known = List.of();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            askedNanos = System.nanoTime();
        }
    }
}
