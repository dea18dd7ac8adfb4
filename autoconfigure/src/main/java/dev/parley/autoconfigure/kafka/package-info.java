/**
 * How every service meets Kafka: client settings, the declared topics, record headers, dead
 * letters. The producer is shared by all threads of a service.
 */
@NullMarked
package dev.parley.autoconfigure.kafka;

import org.jspecify.annotations.NullMarked;
