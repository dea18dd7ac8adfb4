package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.vault.PersonCipher;
import io.micrometer.core.instrument.MeterRegistry;

/** What it takes to publish; shared by all tasks. */
public record Carriage(
        Outbound outbound,
        Instance instance,
        Lanes lanes,
        PersonCipher cipher,
        byte[] masterKey,
        Redaction redaction,
        MeterRegistry meters) {}
