/** The service on a real broker: the way of a message, and a death in the middle of it. */
package dev.parley.orchestrator;
