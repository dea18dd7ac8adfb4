/**
 * Real traffic played against the whole: arrivals and sizes come from a recorded hour, users and
 * conversations are made up.
 *
 * <p>Owns the trace's file format, the schedule, the players and what is checked afterwards, in
 * what the clients saw and in what the history says.
 *
 * <p>Threads: arrivals, players and exchanges live on the load's event loop; reading the file and
 * checking happen before and after, on the caller's thread.
 */
@NullMarked
package dev.parley.bench.trace;

import org.jspecify.annotations.NullMarked;
