package dev.parley.e2e.browser;

import java.util.List;

/** The pages beyond the chat, by what stands after {@code #} in their addresses. */
final class Screens {

    static final List<String> PAGES =
            List.of(
                    "#/audit/search/conversations",
                    "#/audit/search/messages",
                    "#/audit/search/refusals",
                    "#/audit/usage",
                    "#/audit/journal/policy-changes",
                    "#/audit/journal/reads",
                    "#/audit/journal/checkpoints",
                    "#/audit/erasure",
                    "#/admin/users",
                    "#/admin/roles",
                    "#/admin/teams",
                    "#/admin/models",
                    "#/admin/tools",
                    "#/admin/rights/user1",
                    "#/admin/blocks",
                    "#/admin/live",
                    "#/admin/health",
                    "#/admin/policy");

    private Screens() {}
}
