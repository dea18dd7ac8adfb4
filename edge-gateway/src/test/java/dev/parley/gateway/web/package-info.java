/** The gateway against a real broker and real sockets; orchestrator and worker are played. */
package dev.parley.gateway.web;
