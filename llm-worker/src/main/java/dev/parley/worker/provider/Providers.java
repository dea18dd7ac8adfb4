package dev.parley.worker.provider;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.WorkerStatus;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Which providers answer for which model. Where the policy has routes for it, those: by priority,
 * the lowest number first, and within one by chance according to their weights. Where it has none,
 * the provider that names the model most exactly. Metrics: parley.provider.errors,
 * parley.provider.retries, parley.provider.up.
 */
public final class Providers {

    /**
     * A model that somebody serves, and who, in the order in which they are tried.
     *
     * @param model as asked for
     */
    public record Route(String model, List<ProviderHealth> candidates) {

        public Route {
            candidates = List.copyOf(candidates);
        }

        /** The first choice. */
        public ModelProvider provider() {
            return candidates.getFirst().provider();
        }
    }

    /** What the calls go by. */
    public record Rules(
            Supplier<String> defaultModel,
            Function<String, PolicyRecord.@Nullable Model> policy,
            RoutedStream.Policy retries) {}

    private final Map<String, ProviderHealth> providers = new LinkedHashMap<>();
    private final Rules rules;
    private final RandomGenerator random;
    private final MeterRegistry meters;

    /**
     * @param providers of unique names; of two that name a model equally the earlier one gets it
     */
    public Providers(
            List<ProviderHealth> providers,
            Rules rules,
            RandomGenerator random,
            MeterRegistry meters) {
        for (ProviderHealth health : providers) {
            String name = health.provider().name();
            this.providers.put(name, health);
            Gauge.builder(
                            "parley.provider.up",
                            health,
                            h ->
                                    h.state().state().equals("up")
                                                    || h.state().state().equals("half_open")
                                            ? 1
                                            : 0)
                    .tag("provider", name)
                    .register(meters);
        }
        this.rules = rules;
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
        String name = model == null || model.isBlank() ? rules.defaultModel().get() : model;
        PolicyRecord.Model entry = rules.policy().apply(name);
        List<ProviderHealth> candidates =
                entry == null || entry.routes() == null || entry.routes().isEmpty()
                        ? mostExact(name)
                        : byPolicy(entry.routes(), name);
        if (candidates.isEmpty()) {
            throw ProviderException.refused(
                    ErrorCode.MODEL_NOT_ALLOWED, "No provider serves this model.");
        }
        return new Route(name, candidates);
    }

    /** The stream of a routed call, with failover and retries before its first text. */
    public RoutedStream open(Route route, ModelRequest request) {
        List<ProviderHealth> preferred = new ArrayList<>(route.candidates());
        if (preferred.size() > 1) {
            preferred.sort((a, b) -> Boolean.compare(b.isPreferred(), a.isPreferred()));
        }
        return new RoutedStream(
                preferred,
                request,
                rules.retries(),
                random,
                (provider, failure) -> count("parley.provider.retries", provider, failure));
    }

    /** Counts an answer that failed for good. */
    public void failed(ModelProvider provider, ProviderException failure) {
        count("parley.provider.errors", provider, failure);
    }

    /** How each provider does. */
    public List<WorkerStatus.ProviderState> states() {
        return providers.values().stream().map(ProviderHealth::state).toList();
    }

    private List<ProviderHealth> mostExact(String model) {
        ProviderHealth best = null;
        int bestExactness = -1;
        for (ProviderHealth health : providers.values()) {
            int exactness = health.provider().exactness(model);
            if (exactness > bestExactness) {
                best = health;
                bestExactness = exactness;
            }
        }
        return best == null ? List.of() : List.of(best);
    }

    /**
     * Routes to providers that this worker does not have, or that do not take the model, fall out.
     */
    private List<ProviderHealth> byPolicy(List<PolicyRecord.Route> routes, String model) {
        Map<Integer, List<PolicyRecord.Route>> byPriority = new TreeMap<>();
        for (PolicyRecord.Route route : routes) {
            ProviderHealth known = providers.get(route.provider());
            if (known != null && known.provider().serves(model)) {
                byPriority
                        .computeIfAbsent(
                                route.priority() == null ? 0 : route.priority(),
                                priority -> new ArrayList<>())
                        .add(route);
            }
        }
        List<ProviderHealth> ordered = new ArrayList<>();
        for (List<PolicyRecord.Route> equals : byPriority.values()) {
            while (!equals.isEmpty()) {
                PolicyRecord.Route next = equals.size() == 1 ? equals.getFirst() : drawn(equals);
                equals.remove(next);
                ProviderHealth health = providers.get(next.provider());
                if (health != null && !ordered.contains(health)) {
                    ordered.add(health);
                }
            }
        }
        return Collections.unmodifiableList(ordered);
    }

    /** One of the routes, by chance according to the weights; of weights all 0 the first. */
    private PolicyRecord.Route drawn(List<PolicyRecord.Route> routes) {
        long total = routes.stream().mapToLong(Providers::weight).sum();
        if (total == 0) {
            return routes.getFirst();
        }
        long drawn = random.nextLong(total);
        for (PolicyRecord.Route route : routes) {
            drawn -= weight(route);
            if (drawn < 0) {
                return route;
            }
        }
        return routes.getLast();
    }

    private static long weight(PolicyRecord.Route route) {
        return route.weight() == null ? 1 : Math.max(0, route.weight());
    }

    private void count(String meter, ModelProvider provider, ProviderException failure) {
        meters.counter(meter, "provider", provider.name(), "code", failure.code().code())
                .increment();
    }
}
