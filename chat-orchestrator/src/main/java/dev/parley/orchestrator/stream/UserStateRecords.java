package dev.parley.orchestrator.stream;

import org.jspecify.annotations.Nullable;

/** How the users' state looks in its changelog, for readers of it. */
public final class UserStateRecords {

    private UserStateRecords() {}

    /** The topic that Streams keeps the state in. */
    public static String changelog(String applicationId) {
        return applicationId + "-" + StateKeys.STORE + "-changelog";
    }

    /** Whose account stands under this key; null when something else does. */
    public static @Nullable String userOf(String key) {
        return key.startsWith(StateKeys.USERS) ? key.substring(StateKeys.USERS.length()) : null;
    }
}
