/** How this service answers: who is asking, keyset cursors, checked parameters, problems. */
@NullMarked
package dev.parley.audit.web;

import org.jspecify.annotations.NullMarked;
