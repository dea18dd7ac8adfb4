package dev.parley.schemas.record;

import tools.jackson.databind.JsonNode;

/** A tool's result as the record has it, to serve again when a conversation is run once more. */
public record RecordedTool(
        String server, String tool, JsonNode arguments, String status, String text) {}
