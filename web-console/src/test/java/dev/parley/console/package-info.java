/**
 * Checks of the static files: what a strict content security policy would refuse, and what a
 * browser would not find.
 */
@NullMarked
package dev.parley.console;

import org.jspecify.annotations.NullMarked;
