/**
 * Reply lanes: a pool of one-partition topics made ahead, leased to sessions, and their readers.
 *
 * <p>A lane's record has the session as key and the lease's epoch as header; a record of another
 * session or epoch is a former or a neighbouring tenant's. Exclusive lanes are therefore a matter
 * of speed, never of correctness. The reader thread owns the consumer; it never waits for a socket.
 */
@NullMarked
package dev.parley.gateway.lane;

import org.jspecify.annotations.NullMarked;
