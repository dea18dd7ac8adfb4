package dev.parley.gateway.chat;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.stereotype.Component;

/** What is counted of connections. */
@Component
final class GatewayMeters {

    private final MeterRegistry meters;
    private final Counter slow;
    private final Counter orphans;

    GatewayMeters(MeterRegistry meters) {
        this.meters = meters;
        this.slow =
                Counter.builder("parley.gateway.slow.closed")
                        .description("Connections let go because their client did not read")
                        .register(meters);
        this.orphans =
                Counter.builder("parley.gateway.sessions.orphaned")
                        .description("Sessions of gateways that are gone, taken off their record")
                        .register(meters);
    }

    void tooSlow() {
        slow.increment();
    }

    void orphaned() {
        orphans.increment();
    }

    /** How a client that came back was answered: resumed, expired, or late. */
    void cameBack(String outcome) {
        Counter.builder("parley.gateway.resumes")
                .description("Clients that came back to a session")
                .tag("outcome", outcome)
                .register(meters)
                .increment();
    }
}
