package dev.parley.worker.provider.openai;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.worker.provider.ProviderSettings;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** The first model that the service lists, for an installation that names none. */
public final class ListedModel implements Supplier<String> {

    private static final Logger LOG = LoggerFactory.getLogger(ListedModel.class);

    /** Services with a single model take any name. */
    private static final String ANY = "default";

    private static final int TIMEOUT_MS = 2_000;

    private final OpenAiProvider provider;
    private volatile @Nullable String found;

    private ListedModel(OpenAiProvider provider) {
        this.provider = provider;
    }

    /** The configured name, or the one to be found. */
    public static Supplier<String> unlessNamed(ProviderSettings settings, OpenAiProvider provider) {
        String named = settings.model();
        if (named != null && !named.isBlank()) {
            return named::strip;
        }
        ListedModel listed = new ListedModel(provider);
        // Asked ahead, so that the first answer need not wait.
        Thread.ofVirtual().name("listed-model").start(listed::get);
        return listed;
    }

    @Override
    public String get() {
        String model = found;
        if (model == null) {
            model = ask();
            found = model;
        }
        return model == null ? ANY : model;
    }

    private @Nullable String ask() {
        try {
            HttpResponse<byte[]> response =
                    provider.http()
                            .sendAsync(
                                    provider.listModels(), HttpResponse.BodyHandlers.ofByteArray())
                            .get(TIMEOUT_MS, TimeUnit.MILLISECONDS);
            JsonNode id = Json.tree(response.body()).path("data").path(0).path("id");
            return id.isString() && !id.asString().isBlank() ? id.asString() : null;
        } catch (ExecutionException | TimeoutException | UnreadableRecordException e) {
            boolean unreachable = e.getCause() instanceof IOException;
            LOG.warn(
                    "the provider does not list its models ({}); PARLEY_MODEL names one",
                    unreachable ? "unreachable" : e.getClass().getSimpleName());
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
