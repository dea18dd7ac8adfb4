package dev.parley.audit.vault;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A sealed text as far as it can be read; {@code text} is there exactly when it could be. */
public record OpenedText(@Nullable String text, State state) {

    /** Why a text can or cannot be read. */
    public enum State {
        /** There was none. */
        ABSENT,
        READABLE,
        /** The person's key was destroyed. */
        ERASED,
        /** The person's key has not arrived from the log yet. */
        KEY_MISSING,
        /**
         * Words of another person that were run again: who reads them here may not have that
         * person's key, or it has not arrived yet.
         */
        WITHHELD,
        /** The key is there and does not open it: altered, or of another master key. */
        DAMAGED;

        /** As exports and answers name it; null when there is nothing to explain. */
        public @Nullable String label() {
            return this == ABSENT || this == READABLE ? null : name().toLowerCase(Locale.ROOT);
        }
    }

    public static final OpenedText NONE = new OpenedText(null, State.ABSENT);

    static OpenedText unreadable(State state) {
        return new OpenedText(null, state);
    }
}
