/**
 * Clients of the product as users have them: a WebSocket, an SSE stream, REST. They keep every
 * frame that came, so that a checker can hold the whole history against the promises.
 */
package dev.parley.e2e.client;
