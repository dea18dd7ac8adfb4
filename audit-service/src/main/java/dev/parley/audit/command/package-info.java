/**
 * Commands of an operator beside the running service: the same readers and tables, without Spring
 * and without a port. {@code parley audit}.
 */
@NullMarked
package dev.parley.audit.command;

import org.jspecify.annotations.NullMarked;
