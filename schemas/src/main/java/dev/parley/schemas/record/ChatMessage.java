package dev.parley.schemas.record;

/** One message of the model's context; {@code role} is one of system, user, assistant. */
public record ChatMessage(String role, String content) {}
