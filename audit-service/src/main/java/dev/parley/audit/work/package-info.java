/** Threads of this service that do the same again and again beside the requests. */
@NullMarked
package dev.parley.audit.work;

import org.jspecify.annotations.NullMarked;
