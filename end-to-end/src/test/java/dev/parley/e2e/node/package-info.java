/** Clients that others wrote, as they are published, run by Node against the services. */
package dev.parley.e2e.node;
