package dev.parley.schemas.record;

/** What became of a call that waited; {@code decision} is one of approved, denied, expired. */
public record ApprovalDecision(String callId, String decision) {}
