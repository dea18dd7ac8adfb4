package dev.parley.audit.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import javax.sql.DataSource;

/** What every reader needs, whatever it stores. */
record IngestTools(
        DataSource database, ConsumedOffsets offsets, PoisonBin poison, MeterRegistry meters) {}
