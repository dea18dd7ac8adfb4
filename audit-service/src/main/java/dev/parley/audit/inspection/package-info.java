/**
 * What auditors ask about everybody, each question itself recorded, and the proof that a chain is
 * whole.
 */
@NullMarked
package dev.parley.audit.inspection;

import org.jspecify.annotations.NullMarked;
