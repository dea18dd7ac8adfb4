/**
 * Conversations that were held elsewhere. Exports of other systems are read one conversation at a
 * time, put into one form, and sent to the orchestrator, which makes the turns.
 */
@NullMarked
package dev.parley.audit.imports;

import org.jspecify.annotations.NullMarked;
