package dev.parley.gateway.chat;

import dev.parley.gateway.access.PolicyView;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Ready while new connections can be served: not when stopping, cut off, or without a policy. */
@Component
final class GatewayHealthIndicator implements HealthIndicator {

    private final Registry registry;
    private final Keeper keeper;
    private final PolicyView policy;

    GatewayHealthIndicator(Registry registry, Keeper keeper, PolicyView policy) {
        this.registry = registry;
        this.keeper = keeper;
        this.policy = policy;
    }

    @Override
    public Health health() {
        boolean draining = registry.isDraining();
        boolean broker = keeper.isBrokerReached();
        boolean known = policy.isKnown();
        Health.Builder health = !draining && broker && known ? Health.up() : Health.outOfService();
        return health.withDetail("draining", draining)
                .withDetail("broker", broker)
                .withDetail("policy", known)
                .build();
    }
}
