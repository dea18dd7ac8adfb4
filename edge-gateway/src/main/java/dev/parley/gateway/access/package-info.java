/**
 * Who is calling, and whether they may: proofs of identity, tickets, origins, the demo issuer, and
 * the policy topic {@code parley.policy} as far as the entrance needs it (known roles, blocks,
 * welcome texts, models). One thread reads the policy.
 */
@NullMarked
package dev.parley.gateway.access;

import org.jspecify.annotations.NullMarked;
