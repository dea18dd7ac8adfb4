package dev.parley.orchestrator.stream;

import dev.parley.schemas.record.PolicyRecord;

/** A user is to be blocked; whoever keeps the policy hears of it. */
public record BlockDue(PolicyRecord.Block block) {}
