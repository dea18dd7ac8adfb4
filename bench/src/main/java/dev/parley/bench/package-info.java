/**
 * {@code ./parley bench}: measures Parley against the same provider called directly, and writes
 * what it found.
 *
 * <p>Owns the commands and what each of them measures; the parts are in the packages below. One JVM
 * holds the provider (one thread) and the load (one thread); the system under test is a JVM of its
 * own.
 */
@NullMarked
package dev.parley.bench;

import org.jspecify.annotations.NullMarked;
