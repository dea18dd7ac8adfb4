/**
 * Forgetting and keeping: erasures of persons, retention by role or team, and the legal holds that
 * win over both. Each act is written down. One thread sends what the log has not taken yet and
 * carries the retention out.
 */
@NullMarked
package dev.parley.audit.keeping;

import org.jspecify.annotations.NullMarked;
