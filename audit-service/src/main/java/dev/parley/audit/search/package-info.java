/**
 * The word index: filled behind the insert path by one thread; words stand in it as keyed hashes.
 */
@NullMarked
package dev.parley.audit.search;

import org.jspecify.annotations.NullMarked;
