package dev.parley.schemas.chain;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What became of checking an export.
 *
 * @param links that hold, up to the first that does not
 * @param conversations that are whole
 * @param keyIds of the keys that signed what was checked
 * @param keysKnown whether those are keys that the verifier was given; without it a whole file that
 *     somebody made anew and signed with a key of his own passes
 * @param newestCheckpoint that covers a link here; null without one
 */
public record Verdict(
        long links,
        long conversations,
        Set<String> keyIds,
        boolean keysKnown,
        @Nullable Long newestCheckpoint,
        @Nullable Broken firstBroken) {

    /**
     * The first thing that does not hold.
     *
     * @param line in the file, from 1; 0 for what is wrong with the checkpoints that were given
     * @param ordinal of the link, or where it should stand; −1 when the line tells none
     */
    public record Broken(
            long line,
            @Nullable String conversationId,
            long ordinal,
            ChainWalk.Fault reason,
            String detail) {}

    public boolean isOk() {
        return firstBroken == null;
    }
}
