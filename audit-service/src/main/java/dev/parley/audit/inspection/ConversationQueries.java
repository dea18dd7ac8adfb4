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
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/** Lists conversations and flows across users. */
@Component
final class ConversationQueries {

    private static final String ANSWERED =
            "EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id"
                    + " AND m.author = 'assistant' AND %s)";
    private static final String FAILED =
            "(c.id IN (SELECT m.conversation_id FROM messages m WHERE m.code = ?)";
    private static final String REFUSED =
            "c.id IN (SELECT r.conversation_id FROM refusals r WHERE r.code = ?)";

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
                        .and(ANSWERED.formatted("m.model = ?"), filter.model());
        ToolName.of(filter.tool()).called(conditions, "t.conversation_id = c.id", filter);
        conditions
                .and(ANSWERED.formatted("m.latency_ms >= ?"), filter.minLatencyMs())
                .and(ANSWERED.formatted("m.first_token_ms >= ?"), filter.minFirstTokenMs());
        status(conditions, filter);
        if (filter.code() != null) {
            conditions.and(FAILED + " OR " + REFUSED + ")", filter.code(), "", filter.code());
        }
        if (filter.query() != null && !list.matching(conditions, filter.query(), filter.user())) {
            return new Page<>(List.of(), null);
        }
        conditions.after("c.first_at", "c.id", filter.after());
        return list.page(conditions, filter.limit(), true);
    }

    private static void status(Conditions conditions, AuditFilter filter) {
        if (filter.isRunning()) {
            conditions.and(
                    "c.last_at >= now() - interval '2 days' AND EXISTS (SELECT 1 FROM messages u"
                            + " WHERE u.conversation_id = c.id AND u.author = 'user'"
                            + " AND NOT EXISTS (SELECT 1 FROM messages x WHERE x.author ="
                            + " 'assistant' AND x.message_id = u.message_id))");
        } else if ("refused".equals(filter.status())) {
            conditions.and("EXISTS (SELECT 1 FROM refusals r WHERE r.conversation_id = c.id)");
        } else {
            conditions.and(ANSWERED.formatted("m.status = ?"), filter.status());
        }
    }

    /** The flows of these messages, in their order; one that has left no step is left out. */
    Page<FlowView> flows(List<String> ids, @Nullable String next) {
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
        return new Page<>(flows, next);
    }
}
