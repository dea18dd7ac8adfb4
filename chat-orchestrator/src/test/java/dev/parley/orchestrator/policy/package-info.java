/** The policy file: what it takes, what it refuses and how it says so. */
package dev.parley.orchestrator.policy;
