package dev.parley.worker.provider;

import dev.parley.schemas.frame.ErrorCode;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which provider answers for which model: the first in order that serves it. Metrics:
 * parley.provider.errors, parley.provider.retries.
 */
public final class Providers {

    /** A model that somebody serves, and who. */
    public record Route(ModelProvider provider, String model) {}

    private final List<ModelProvider> providers;
    private final Supplier<String> defaultModel;
    private final RetryingStream.Policy retries;
    private final RandomGenerator random;
    private final MeterRegistry meters;

    public Providers(
            List<ModelProvider> providers,
            Supplier<String> defaultModel,
            RetryingStream.Policy retries,
            RandomGenerator random,
            MeterRegistry meters) {
        this.providers = List.copyOf(providers);
        this.defaultModel = defaultModel;
        this.retries = retries;
        this.random = random;
        this.meters = meters;
    }

    /**
     * The route of a model.
     *
     * @param model null: the configured default
     * @throws ProviderException with {@link ErrorCode#MODEL_NOT_ALLOWED} when nobody serves it
     */
    public Route route(@Nullable String model) throws ProviderException {
        String name = model == null || model.isBlank() ? defaultModel.get() : model;
        for (ModelProvider provider : providers) {
            if (provider.serves(name)) {
                return new Route(provider, name);
            }
        }
        throw ProviderException.lasting(
                ErrorCode.MODEL_NOT_ALLOWED, "No provider serves this model.");
    }

    /** The stream of a routed call, with retries before its first text. */
    public ModelStream open(Route route, ModelRequest request) {
        ModelProvider provider = route.provider();
        return new RetryingStream(
                () -> provider.open(request),
                retries,
                random,
                failure -> count("parley.provider.retries", provider, failure));
    }

    /** Counts a call that failed for good. */
    public void failed(Route route, ProviderException failure) {
        count("parley.provider.errors", route.provider(), failure);
    }

    private void count(String meter, ModelProvider provider, ProviderException failure) {
        meters.counter(meter, "provider", provider.name(), "code", failure.code().code())
                .increment();
    }
}
