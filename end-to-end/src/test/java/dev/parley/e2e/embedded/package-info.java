/** Promises held against the one-command run in a process of its own. */
package dev.parley.e2e.embedded;
