/** The rules in tables, and against a simple model. */
package dev.parley.orchestrator.core;
