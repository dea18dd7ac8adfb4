/**
 * The product under test: the one-command run in a process of its own, several processes of each
 * service against one broker, or every service in its container.
 */
package dev.parley.e2e.system;
