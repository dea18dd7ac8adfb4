package dev.parley.orchestrator.policy;

import java.util.Optional;

/** What a subject of the policy is about; by it begin the keys of the topic. */
public enum SubjectKind {
    ROLE("role", "roles"),
    USER("user", "users"),
    TEAM("team", "teams"),
    MCP_SERVER("mcp-server", "mcp-servers"),
    MODEL("model", "models"),
    BLOCK("block", "blocks"),
    ACCEPTED_TOOLS("accepted-tools", "accepted-tools"),
    /** One subject alone, {@code welcome/default}. */
    WELCOME("welcome", "welcome");

    public static final String WELCOME_NAME = "default";

    private final String key;
    private final String section;

    SubjectKind(String key, String section) {
        this.key = key;
        this.section = section;
    }

    /** Before the slash of a subject. */
    public String key() {
        return key;
    }

    /** The map of the YAML file, and the collection of the REST calls. */
    public String section() {
        return section;
    }

    public String subject(String name) {
        return key + "/" + name;
    }

    /** The kind of {@code role/user}; empty for what this build does not know. */
    public static Optional<SubjectKind> ofSubject(String subject) {
        for (SubjectKind kind : values()) {
            if (subject.startsWith(kind.key + "/")) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    public static Optional<SubjectKind> ofSection(String section) {
        for (SubjectKind kind : values()) {
            if (kind.section.equals(section)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    /** {@code user} of {@code role/user}. */
    public static String nameIn(String subject) {
        return subject.substring(subject.indexOf('/') + 1);
    }
}
