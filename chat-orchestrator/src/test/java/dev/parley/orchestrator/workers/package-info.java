@org.jspecify.annotations.NullUnmarked
package dev.parley.orchestrator.workers;
