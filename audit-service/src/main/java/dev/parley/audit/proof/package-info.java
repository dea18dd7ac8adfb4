/**
 * What makes the record provable to somebody who trusts nobody: signed checkpoints over the heads
 * of the chains, inclusion proofs for exports, and the chain of the policy's changes.
 *
 * <p>Threads: one makes checkpoints. Kafka key: the checkpoint's number.
 */
@NullMarked
package dev.parley.audit.proof;

import org.jspecify.annotations.NullMarked;
