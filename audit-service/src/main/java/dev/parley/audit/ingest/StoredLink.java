package dev.parley.audit.ingest;

import dev.parley.schemas.record.TurnRecord;

/** A link with its JSON as it stood in the log, and where that was. */
record StoredLink(TurnRecord link, String json, int partition, long offset) {}
