package dev.parley.orchestrator.core;

import dev.parley.schemas.record.PolicyRecord;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The effective rights of a user.
 *
 * @param author role and team that count, the policy's before the token's
 * @param roleModels names or globs; null: all
 * @param userModels the same of the user's own entry; a model must be in both
 * @param tools by MCP server, the rules that must all allow a tool; a server that is not there is
 *     closed
 * @param shared limits that the team's members share
 * @param queue whether a message waits for a running answer to end instead of being refused
 */
public record Rights(
        Author author,
        Limits limits,
        @Nullable List<String> roleModels,
        @Nullable List<String> userModels,
        Map<String, List<PolicyRecord.ToolRule>> tools,
        Limits shared,
        boolean queue) {

    /** The open servers, sorted. */
    public List<String> servers() {
        return tools.keySet().stream().sorted().toList();
    }

    public boolean mayCall(String model) {
        return listed(roleModels, model) && listed(userModels, model);
    }

    /** Whether any list restricts the models. */
    public boolean restricted() {
        return !isOpen(roleModels) || !isOpen(userModels);
    }

    /** The first name, not glob, of the lists that may be called; null when there is none. */
    public @Nullable String firstNamed() {
        for (List<String> models : java.util.Arrays.asList(userModels, roleModels)) {
            if (models != null) {
                for (String model : models) {
                    if (Glob.isLiteral(model) && mayCall(model)) {
                        return model;
                    }
                }
            }
        }
        return null;
    }

    /** The names and globs to show a user, the narrower list. */
    public List<String> models() {
        if (userModels != null) {
            return userModels;
        }
        return roleModels == null ? List.of("*") : roleModels;
    }

    private static boolean listed(@Nullable List<String> models, String model) {
        return models == null || models.stream().anyMatch(glob -> Glob.matches(glob, model));
    }

    private static boolean isOpen(@Nullable List<String> models) {
        return models == null || models.contains("*");
    }
}
