/**
 * The one-command run: a real Kafka broker, a real PostgreSQL and the four services in one JVM.
 *
 * <p>Owns the data folder and everything in it, the order in which the parts start and stop, and
 * what the terminal says meanwhile. It owns no step of a message's way: the services are the same
 * classes that run separately, and are told by properties alone where broker, database and each
 * other are.
 *
 * <p>Threads: parts that do not need one another start on virtual threads side by side; the caller
 * waits for all of them. Stopping runs on one thread, in the order of {@link
 * dev.parley.standalone.Standalone#close()}. PostgreSQL is a process of its own outside the
 * terminal's process group, so that Ctrl-C reaches the services first.
 *
 * <p>Layout of the data folder: {@link dev.parley.standalone.DataFolder}.
 */
@NullMarked
package dev.parley.standalone;

import org.jspecify.annotations.NullMarked;
