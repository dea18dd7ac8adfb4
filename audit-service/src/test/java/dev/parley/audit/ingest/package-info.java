@NullMarked
package dev.parley.audit.ingest;

import org.jspecify.annotations.NullMarked;
