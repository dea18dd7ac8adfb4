/** The account recomputed from the record. */
package dev.parley.orchestrator.ledger;
