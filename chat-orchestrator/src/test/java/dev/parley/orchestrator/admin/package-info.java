/** The administration on a real PostgreSQL and a real broker, asked over HTTP. */
@org.jspecify.annotations.NullUnmarked
package dev.parley.orchestrator.admin;
