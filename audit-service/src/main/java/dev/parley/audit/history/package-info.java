/**
 * What users ask about themselves: list, one conversation, labels, export, the way of a message.
 * Rows of another user do not exist here.
 */
@NullMarked
package dev.parley.audit.history;

import org.jspecify.annotations.NullMarked;
