/**
 * What is served: WebSocket, server-sent events, tickets and login, the calls that other services
 * answer, and the page. Requests run on virtual threads; a stream holds none.
 */
@NullMarked
package dev.parley.gateway.web;

import org.jspecify.annotations.NullMarked;
