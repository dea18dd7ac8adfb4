/**
 * Persons' keys as the log brought them, and the opening of sealed texts at the moment they are
 * read. No unwrapped key outlives its request.
 */
@NullMarked
package dev.parley.audit.vault;

import org.jspecify.annotations.NullMarked;
