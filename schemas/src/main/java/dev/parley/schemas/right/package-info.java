/** What rights mean, for every service that decides by them or shows them. Pure functions. */
@NullMarked
package dev.parley.schemas.right;

import org.jspecify.annotations.NullMarked;
