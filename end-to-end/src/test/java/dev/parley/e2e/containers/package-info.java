/** Promises held against each service in its own container. */
package dev.parley.e2e.containers;
