/**
 * A person's text at rest: sealed with that person's data key, which is itself wrapped by the
 * master key (envelope encryption). Destroying the data key erases the text wherever it stands.
 */
@NullMarked
package dev.parley.schemas.vault;

import org.jspecify.annotations.NullMarked;
