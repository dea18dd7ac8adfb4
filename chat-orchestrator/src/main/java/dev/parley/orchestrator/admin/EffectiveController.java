package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.core.Effective;
import dev.parley.orchestrator.core.LimitName;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ToolCatalog;
import dev.parley.schemas.right.ToolRight;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a user may do, and why: by the policy in force on this instance, so that it is answered
 * without PostgreSQL too.
 */
@RestController
class EffectiveController {

    private final Rules rules;
    private final ToolCatalogs catalogs;

    EffectiveController(Rules rules, ToolCatalogs catalogs) {
        this.rules = rules;
        this.catalogs = catalogs;
    }

    /**
     * @param role what the user's token would say, which counts where the user's entry has no role
     * @param team the same of the team
     */
    @GetMapping("/api/admin/users/{name}/effective")
    ResponseEntity<byte[]> effective(
            Administrator caller,
            @PathVariable String name,
            @RequestParam(defaultValue = "user") String role,
            @RequestParam(required = false) @Nullable String team) {
        Policy policy = rules.policy().get();
        Instant now = rules.clock().instant();
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.put("name", name);
        boolean named =
                policy.subjects().get("user/" + name) instanceof PolicyRecord.User user
                        && user.role() != null;
        Effective effective = Effective.of(policy, new Caller(name, null, null, role, team));
        answer.put("role", effective == null ? role : effective.rights().author().role());
        answer.put("role_from", named ? "user/" + name : "token");
        answer.put("allowed", effective != null);
        PolicyRecord.Block block = policy.block(name, now);
        answer.put("blocked", block != null);
        if (effective != null) {
            String effectiveTeam = effective.rights().author().team();
            if (effectiveTeam != null) {
                answer.put("team", effectiveTeam);
            }
            putLimits(answer.putObject("limits"), effective.limits());
            if (!effective.shared().isEmpty()) {
                putLimits(answer.putObject("team_limits"), effective.shared());
            }
            putTools(answer, effective);
            ArrayNode models = answer.putArray("models");
            effective
                    .models()
                    .forEach(model -> {
                        ObjectNode item = models.addObject();
                        item.put("model", model.value());
                        item.put("from", model.subject());
                    });
        }
        return Calls.json(HttpStatus.OK, answer);
    }

    private static void putLimits(
            ObjectNode limits, Map<LimitName, Effective.From<BigDecimal>> named) {
        named.forEach((limit, from) -> {
            ObjectNode item = limits.putObject(limit.wire());
            item.put("max", from.value());
            item.put("from", from.subject());
        });
    }

    private void putTools(ObjectNode answer, Effective effective) {
        ObjectNode tools = answer.putObject("tools");
        for (String server : effective.servers()) {
            ArrayNode items = tools.putArray(server);
            ToolCatalog catalog = catalogs.of(server);
            if (catalog != null) {
                catalog.tools().stream()
                        .sorted(Comparator.comparing(ToolCatalog.ToolDescriptor::name))
                        .forEach(tool -> {
                            Effective.From<ToolRight> right =
                                    effective.tool(server, tool.name(), tool.hash());
                            ObjectNode item = items.addObject();
                            item.put("tool", tool.name());
                            item.put("decision", right.value().name().toLowerCase(Locale.ROOT));
                            item.put("from", right.subject());
                        });
            }
        }
    }
}
