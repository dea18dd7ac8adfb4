/** The proof: canonical JSON (RFC 8785) and the hash chain of a conversation. Pure functions. */
@NullMarked
package dev.parley.schemas.chain;

import org.jspecify.annotations.NullMarked;
