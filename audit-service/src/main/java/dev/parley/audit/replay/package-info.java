/**
 * Conversations once more: played as they came, at any speed, or run again against another model
 * with the tools' results of the record. The record itself is only read.
 *
 * <p>Threads: each client of a replay has a virtual one that plays to it; one runs what is run
 * again, in steps that each end by themselves. Kafka key of what is asked: the auditor.
 */
@NullMarked
package dev.parley.audit.replay;

import org.jspecify.annotations.NullMarked;
