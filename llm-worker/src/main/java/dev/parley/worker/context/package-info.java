/**
 * What of a long conversation a model is given: counts tokens by the model's own encoding where it
 * is known, and leaves out the oldest turns that do not fit.
 */
@NullMarked
package dev.parley.worker.context;

import org.jspecify.annotations.NullMarked;
