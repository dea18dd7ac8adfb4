/** The parts of a connection, one by one. */
package dev.parley.worker.tool.mcp;
