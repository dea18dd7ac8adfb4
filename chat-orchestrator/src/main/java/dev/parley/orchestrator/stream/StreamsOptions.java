package dev.parley.orchestrator.stream;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How Kafka Streams runs; the settings' record says what each is. */
public record StreamsOptions(
        String applicationId,
        Path stateDir,
        int threads,
        Duration commitInterval,
        Duration poll,
        String guarantee,
        boolean inMemory,
        Failover failover) {

    /** How soon and by whom a lost instance is replaced. */
    public record Failover(
            int standbyReplicas,
            Duration sessionTimeout,
            Duration transactionTimeout,
            @Nullable String instanceId) {

        Failover within(Duration sessionTimeoutMin) {
            return sessionTimeout.compareTo(sessionTimeoutMin) >= 0
                    ? this
                    : new Failover(
                            standbyReplicas, sessionTimeoutMin, transactionTimeout, instanceId);
        }
    }

    StreamsOptions with(Failover other) {
        return new StreamsOptions(
                applicationId, stateDir, threads, commitInterval, poll, guarantee, inMemory, other);
    }
}
