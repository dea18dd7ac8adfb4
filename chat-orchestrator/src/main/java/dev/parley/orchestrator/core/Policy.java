package dev.parley.orchestrator.core;

import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The policy at one moment, by subject ({@code role/user}). What is missing or could not be read
 * denies.
 *
 * @param unreadable subjects whose newest record could not be read
 */
public record Policy(Map<String, PolicyRecord> subjects, Set<String> unreadable) {

    public static final Policy EMPTY = new Policy(Map.of(), Set.of());

    public Policy {
        subjects = Map.copyOf(subjects);
        unreadable = Set.copyOf(unreadable);
    }

    public static Policy of(Collection<? extends PolicyRecord> records) {
        return new Policy(
                records.stream().collect(Collectors.toMap(PolicyRecord::subject, record -> record)),
                Set.of());
    }

    /** The block that holds at {@code now}; null when the user is free. */
    public PolicyRecord.@Nullable Block block(String userId, Instant now) {
        String subject = "block/" + userId;
        if (unreadable.contains(subject)) {
            return new PolicyRecord.Block(userId, null, null, null);
        }
        return subjects.get(subject) instanceof PolicyRecord.Block block
                        && (block.until() == null || now.isBefore(block.until()))
                ? block
                : null;
    }

    /** Whether a role of this name exists. */
    public boolean knowsRole(String role) {
        return subjects.get("role/" + role) instanceof PolicyRecord.Role;
    }

    /** Whether there is any role; without one everybody is refused. */
    public boolean knowsAnyRole() {
        return subjects.values().stream().anyMatch(PolicyRecord.Role.class::isInstance);
    }

    /** What the caller may do; null when the role is unknown or a part cannot be read. */
    public @Nullable Rights rights(Caller caller) {
        String userSubject = "user/" + caller.id();
        PolicyRecord.User user =
                subjects.get(userSubject) instanceof PolicyRecord.User known ? known : null;
        String role = user != null && user.role() != null ? user.role() : caller.role();
        String team = user != null && user.team() != null ? user.team() : caller.team();
        if (!(subjects.get("role/" + role) instanceof PolicyRecord.Role known)
                || unreadable.contains(userSubject)
                || unreadable.contains("role/" + role)
                || unreadable.contains("team/" + team)) {
            return null;
        }
        Limits limits = Limits.of(known.limits());
        if (user != null) {
            limits = limits.strictest(Limits.of(user.limits()));
        }
        Limits ofTeam =
                subjects.get("team/" + team) instanceof PolicyRecord.Team shared
                        ? Limits.of(shared.limits())
                        : Limits.NONE;
        return new Rights(
                new Author(caller.id(), role, team),
                limits.strictest(ofTeam.single()),
                known.models(),
                user == null ? null : user.models(),
                ToolRights.of(known, user, unreadable),
                ofTeam.shared(),
                known.queue());
    }

    /** What a team's members share; nothing when that cannot be read. */
    public Limits shared(String team) {
        return subjects.get("team/" + team) instanceof PolicyRecord.Team known
                        && !unreadable.contains("team/" + team)
                ? Limits.of(known.limits()).shared()
                : Limits.NONE;
    }

    /** The price of a model; null without one. */
    public PolicyRecord.@Nullable Price price(String model) {
        PolicyRecord.Model entry = model(model);
        return entry == null ? null : entry.price();
    }

    /** The limits of the entry of this name. */
    Limits limitsOfModel(String name) {
        return subjects.get("model/" + name) instanceof PolicyRecord.Model entry
                ? Limits.of(entry.limits())
                : Limits.NONE;
    }

    /** The entry with a model's name, else that of the longest glob that matches; null: none. */
    PolicyRecord.@Nullable Model model(String model) {
        if (subjects.get("model/" + model) instanceof PolicyRecord.Model exact) {
            return exact;
        }
        return subjects.values().stream()
                .filter(PolicyRecord.Model.class::isInstance)
                .map(PolicyRecord.Model.class::cast)
                .filter(m -> Glob.matches(m.name(), model))
                .max(
                        Comparator.comparingInt((PolicyRecord.Model m) -> m.name().length())
                                .thenComparing(PolicyRecord.Model::name))
                .orElse(null);
    }

    /** The names of models that the policy knows, sorted. */
    public List<String> modelNames() {
        return subjects.values().stream()
                .map(record -> record instanceof PolicyRecord.Model model ? model.name() : null)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
    }
}
