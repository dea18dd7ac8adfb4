package dev.parley.orchestrator.stream;

import java.util.List;

/** Keys of the store; see the package. */
final class StateKeys {

    static final String STORE = "state";

    /** Of the accounts of teams, by team. */
    static final String TEAM_STORE = "teams";

    static final String USERS = "u\0";
    static final String DEADLINES = "d\0";
    static final String JOBS = "j\0";
    static final String CONVERSATIONS = "c\0";

    private StateKeys() {}

    static String team(String team) {
        return "t\0" + team;
    }

    static String user(String userId) {
        return USERS + userId;
    }

    static String conversation(String userId, String conversationId) {
        return CONVERSATIONS + userId + "\0" + conversationId;
    }

    static String message(String userId, String messageId) {
        return "m\0" + userId + "\0" + messageId;
    }

    static String parking(String userId, String messageId) {
        return "p\0" + userId + "\0" + messageId;
    }

    /**
     * The beginnings of the keys under which a user's texts stand. Chain heads are no texts and
     * stay: a conversation that goes on under its old id goes on with its chain.
     */
    static List<String> texts(String userId) {
        return List.of(
                conversation(userId, ""),
                message(userId, ""),
                parking(userId, ""),
                job(userId, ""));
    }

    static String chain(String userId, String conversationId) {
        return "h\0" + userId + "\0" + conversationId;
    }

    static String personKey(String userId) {
        return "k\0" + userId;
    }

    static String deadline(String userId, String messageId) {
        return DEADLINES + userId + "\0" + messageId;
    }

    static String job(String userId, String messageId) {
        return JOBS + userId + "\0" + messageId;
    }

    static String attempt(String userId, String messageId) {
        return "a\0" + userId + "\0" + messageId;
    }

    static String violations(String userId) {
        return "v\0" + userId;
    }

    /** The user of a conversation's or deadline's key. */
    static String userOf(String key) {
        return key.substring(2, key.lastIndexOf('\0'));
    }

    /** The conversation or message of such a key. */
    static String lastOf(String key) {
        return key.substring(key.lastIndexOf('\0') + 1);
    }
}
