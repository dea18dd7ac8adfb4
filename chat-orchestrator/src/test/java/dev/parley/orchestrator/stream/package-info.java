/**
 * The topology without a broker: what is written where, in which order, from good and bad records.
 */
package dev.parley.orchestrator.stream;
