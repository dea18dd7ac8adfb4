package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.policy.InvalidPolicyException;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/**
 * What must hold of the policy after every change; asked in the change's transaction, so that two
 * administrators who act at once cannot break together what neither would alone.
 *
 * <p>Known administrators are the users whose entry names the role {@code admin}, and the caller,
 * whose token proved it. Others whose token alone makes them administrators cannot be known here.
 */
@Component
@ConditionalOnDatabase
class Guard {

    private static final Limit SHOWN = Limit.of(3);

    private final Subjects subjects;
    private final Clock clock;

    Guard(Subjects subjects, Clock clock) {
        this.subjects = subjects;
        this.clock = clock;
    }

    /** The caller may have lost the right since the token was checked. */
    void checkStillAdministers(Administrator caller) {
        if (!administers(caller)) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "Only administrators may do this.");
        }
    }

    /**
     * After the changes were written, before they are committed.
     *
     * @param several whether an error must say in which subject it is
     */
    void checkAfter(@Nullable Administrator caller, List<PolicyChange> changes, boolean several) {
        for (PolicyChange change : changes) {
            SubjectKind kind = SubjectKind.ofSubject(change.subject()).orElseThrow();
            String name = SubjectKind.nameIn(change.subject());
            boolean gone = change.after() == null;
            switch (kind) {
                case ROLE -> {
                    if (gone) {
                        checkUnused(name);
                    }
                }
                case USER ->
                        checkRoleOf(change.subject(), several ? "users." + name + ".role" : "role");
                case ACCEPTED_TOOLS -> {
                    if (!gone) {
                        checkServerOf(name);
                    }
                }
                case BLOCK -> {
                    if (!gone && caller != null && caller.id().equals(name)) {
                        throw new ConflictException("You cannot block yourself.");
                    }
                }
                case TEAM, MCP_SERVER, MODEL, WELCOME -> {}
            }
        }
        if (caller != null && !changes.isEmpty()) {
            checkSomebodyAdministers(caller);
        }
    }

    private void checkUnused(String role) {
        if (role.equals(Administrator.ROLE)) {
            throw new ConflictException(
                    "The role admin cannot be deleted: nobody could administer any more.");
        }
        List<String> users =
                subjects.findByRole(role, SHOWN).stream().map(StoredSubject::name).toList();
        if (!users.isEmpty()) {
            throw new ConflictException(
                    "The role %s is the role of users, among them %s; give them another first."
                            .formatted(role, String.join(", ", users)));
        }
    }

    private void checkRoleOf(String user, String path) {
        String role = subjects.findById(user).map(StoredSubject::role).orElse(null);
        if (role != null && !subjects.existsById(SubjectKind.ROLE.subject(role))) {
            throw new InvalidPolicyException(
                    path, "names the role " + role + ", which does not exist.");
        }
    }

    private void checkServerOf(String name) {
        if (!subjects.existsById(SubjectKind.MCP_SERVER.subject(name))) {
            throw new InvalidPolicyException(
                    "accepted-tools." + name, "names an MCP server that does not exist.");
        }
    }

    private void checkSomebodyAdministers(Administrator caller) {
        boolean known =
                administers(caller)
                        || subjects.findByRole(Administrator.ROLE, Limit.unlimited()).stream()
                                .anyMatch(user -> !isBlocked(user.name()));
        if (!known) {
            throw new ConflictException(
                    "You are the last known administrator. Give another user the role admin"
                            + " first.");
        }
    }

    private boolean administers(Administrator caller) {
        String role =
                subjects.findById(SubjectKind.USER.subject(caller.id()))
                        .map(StoredSubject::role)
                        .orElse(caller.tokenRole());
        return Administrator.ROLE.equals(role) && !isBlocked(caller.id());
    }

    private boolean isBlocked(String user) {
        return subjects.findById(SubjectKind.BLOCK.subject(user))
                .map(StoredSubject::record)
                .map(record ->
                        record instanceof PolicyRecord.Block block
                                && (block.until() == null
                                        || clock.instant().isBefore(block.until())))
                .orElse(false);
    }
}
