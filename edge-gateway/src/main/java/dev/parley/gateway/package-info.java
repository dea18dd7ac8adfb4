/**
 * The entrance of clients. {@code web} takes connections and requests, {@code access} says who is
 * calling, {@code chat} is one connection's life, {@code lane} brings the frames of answers, {@code
 * log} shares sessions with the other gateways.
 *
 * <p>Threads: one reads the policy, one the session log, one or few the lanes, one runs timers;
 * requests run on virtual threads; an idle connection has none. Keys written: {@code
 * parley.requests} by user, {@code parley.sessions} by the keys drawn in {@code log}.
 */
@NullMarked
package dev.parley.gateway;

import org.jspecify.annotations.NullMarked;
