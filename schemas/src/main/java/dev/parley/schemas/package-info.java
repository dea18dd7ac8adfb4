/**
 * What crosses a boundary: the one codec, the topics and their record headers, and how ids are
 * made. Free of Spring and of Kafka's classes; no threads, no state.
 */
@NullMarked
package dev.parley.schemas;

import org.jspecify.annotations.NullMarked;
