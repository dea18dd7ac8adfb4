package dev.parley.audit.web;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Which roles mean what here.
 *
 * @param knownRoles roles that a token may name; the first known one counts (default user, auditor,
 *     admin, team-auditor)
 * @param inspectorRoles those of them that may use the audit calls (default auditor, admin)
 * @param teamInspectorRoles those that may use them for the team that the policy, or else the
 *     token, gives them, and read nothing without one (default team-auditor)
 */
@Validated
@ConfigurationProperties("parley.access")
public record AccessSettings(
        @DefaultValue({"user", "auditor", "admin", "team-auditor"}) List<String> knownRoles,
        @DefaultValue({"auditor", "admin"}) List<String> inspectorRoles,
        @DefaultValue("team-auditor") List<String> teamInspectorRoles) {}
