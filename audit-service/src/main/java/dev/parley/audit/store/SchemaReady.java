package dev.parley.audit.store;

/** PostgreSQL was reached, and the tables are those of this build. */
public record SchemaReady() {}
