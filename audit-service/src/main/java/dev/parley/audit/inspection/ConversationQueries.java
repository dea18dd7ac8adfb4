package dev.parley.audit.inspection;

import dev.parley.audit.history.ConversationList;
import dev.parley.audit.history.ConversationSummary;
import dev.parley.audit.history.FlowView;
import dev.parley.audit.history.HistorySettings;
import dev.parley.audit.store.FlowStep;
import dev.parley.audit.store.FlowSteps;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Page;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/** Lists conversations and flows across users. */
@Component
final class ConversationQueries {

    private static final String ANSWERED =
            "EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id"
                    + " AND m.author = 'assistant' AND %s)";
    private static final String REFUSED_OR_FAILED =
            "(EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.code = f.code)"
                    + " OR EXISTS (SELECT 1 FROM refusals r"
                    + " WHERE r.conversation_id = c.id AND r.code = f.code))";

    private final ConversationList list;
    private final FlowSteps steps;
    private final HistorySettings settings;

    ConversationQueries(ConversationList list, FlowSteps steps, HistorySettings settings) {
        this.list = list;
        this.steps = steps;
        this.settings = settings;
    }

    Page<ConversationSummary> list(AuditFilter filter) {
        Conditions conditions =
                new Conditions()
                        .and("c.user_id = ?", filter.user())
                        .and("c.team = ?", filter.team())
                        .and("c.role = ?", filter.role())
                        .and("c.last_at >= ?", filter.from())
                        .and("c.first_at < ?", filter.to())
                        .and(ANSWERED.formatted("m.model = ?"), filter.model())
                        .and(ANSWERED.formatted("m.status = ?"), filter.status())
                        .and(
                                "EXISTS (SELECT 1 FROM (SELECT ?::text AS code) f WHERE "
                                        + REFUSED_OR_FAILED
                                        + ")",
                                filter.code())
                        .and(
                                "EXISTS (SELECT 1 FROM tool_calls t WHERE t.conversation_id = c.id"
                                        + " AND ? IN (t.tool, t.server || '__' || t.tool))",
                                filter.tool())
                        .and(
                                ANSWERED.formatted(
                                        "m.ended_at - m.started_at"
                                                + " >= make_interval(secs => ? / 1000.0)"),
                                filter.minLatencyMs());
        if (filter.query() != null && !list.matching(conditions, filter.query(), null)) {
            return new Page<>(List.of(), null);
        }
        conditions.after("c.first_at", "c.id", filter.after());
        return list.page(conditions, filter.limit(), true);
    }

    /** The flows of these messages, in their order; one that has left no step is left out. */
    Page<FlowView> flows(Page<AuditedMessage> messages) {
        List<String> ids = messages.items().stream().map(AuditedMessage::messageId).toList();
        Map<String, List<FlowStep>> byMessage =
                (ids.isEmpty()
                                ? List.<FlowStep>of()
                                : steps.of(ids, Limit.of(ids.size() * settings.stepsMax())))
                        .stream().collect(Collectors.groupingBy(FlowStep::messageId));
        List<FlowView> flows =
                ids.stream()
                        .filter(byMessage::containsKey)
                        .map(id -> FlowView.of(byMessage.getOrDefault(id, List.of())))
                        .toList();
        return new Page<>(flows, messages.next());
    }
}
