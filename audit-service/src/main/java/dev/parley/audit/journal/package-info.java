/** Who reads what is not their own, written down before it is answered. */
@NullMarked
package dev.parley.audit.journal;

import org.jspecify.annotations.NullMarked;
