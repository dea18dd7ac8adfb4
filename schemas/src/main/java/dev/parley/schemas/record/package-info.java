/**
 * What stands in the log: the records of each topic. Fields are only ever appended, and an absent
 * one reads as null, zero or empty, so that old records and old readers go on.
 */
@NullMarked
package dev.parley.schemas.record;

import org.jspecify.annotations.NullMarked;
