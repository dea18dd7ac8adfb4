package dev.parley.orchestrator.stream;

import java.nio.file.Path;
import java.time.Duration;

/** How Kafka Streams runs; each is documented where it is set from. */
public record StreamsOptions(
        String applicationId,
        Path stateDir,
        int threads,
        Duration commitInterval,
        Duration poll,
        int standbyReplicas,
        boolean inMemory,
        Duration sessionTimeout,
        Duration transactionTimeout) {}
