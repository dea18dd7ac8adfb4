/**
 * The product under test: the one-command run in a process of its own, or every service in its
 * container.
 */
package dev.parley.e2e.system;
