/**
 * Tables and who may touch them: migrations at the first contact with PostgreSQL, partitions by
 * month, entities for reads and labels.
 */
@NullMarked
package dev.parley.audit.store;

import org.jspecify.annotations.NullMarked;
