package dev.parley.audit.inspection;

import dev.parley.audit.web.Parameters;

/** By what the usage report adds up. */
enum UsageGrouping {
    DAY("s.day::text"),
    TEAM("s.team"),
    USER("s.user_id"),
    ROLE("s.role"),
    MODEL("s.model"),
    TOOL("s.tool"),
    STATUS("s.status");

    private final String column;

    UsageGrouping(String column) {
        this.column = column;
    }

    static UsageGrouping of(String name) {
        return switch (name) {
            case "day" -> DAY;
            case "team" -> TEAM;
            case "user" -> USER;
            case "role" -> ROLE;
            case "model" -> MODEL;
            case "tool" -> TOOL;
            case "status" -> STATUS;
            default ->
                    throw Parameters.bad(
                            "by must be day, team, user, role, model, tool or status.");
        };
    }

    String column() {
        return column;
    }
}
