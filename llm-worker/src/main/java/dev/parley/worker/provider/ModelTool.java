package dev.parley.worker.provider;

import tools.jackson.databind.JsonNode;

/**
 * A tool that the model may ask for.
 *
 * @param name as the model is to write it, {@code server__tool}
 * @param inputSchema JSON schema of its arguments
 */
public record ModelTool(String name, String description, JsonNode inputSchema) {}
