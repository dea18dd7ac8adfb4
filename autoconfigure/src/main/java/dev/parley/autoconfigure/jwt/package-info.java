/**
 * Who is calling: verification of JSON Web Tokens by RFC 8725. Thread-safe; keys of a JWKS are
 * cached.
 */
@NullMarked
package dev.parley.autoconfigure.jwt;

import org.jspecify.annotations.NullMarked;
