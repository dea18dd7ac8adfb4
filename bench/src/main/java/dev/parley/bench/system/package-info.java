/**
 * What is measured and on what: the system under test as a process, its broker, and the machine.
 *
 * <p>Owns the life of the process that it starts: a temporary data folder, free ports, a secret and
 * a policy of its own, all gone afterwards. Reads {@code /proc}; where there is none, the figures
 * that need it are left out.
 */
@NullMarked
package dev.parley.bench.system;

import org.jspecify.annotations.NullMarked;
