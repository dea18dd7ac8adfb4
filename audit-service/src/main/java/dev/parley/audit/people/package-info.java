/** What the policy says of persons who ask: one thread that follows the policy topic. */
@NullMarked
package dev.parley.audit.people;

import org.jspecify.annotations.NullMarked;
