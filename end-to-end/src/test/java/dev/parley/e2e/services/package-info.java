/** Several processes of each service against one broker, and faults of each of them. */
package dev.parley.e2e.services;
