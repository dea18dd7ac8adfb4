/**
 * What a client sends and sees: frames, error codes and close codes of the wire contract. Frames
 * are only ever extended by new optional fields at their end.
 */
@NullMarked
package dev.parley.schemas.frame;

import org.jspecify.annotations.NullMarked;
