/** Tools against servers that misbehave. */
package dev.parley.worker.tool;
