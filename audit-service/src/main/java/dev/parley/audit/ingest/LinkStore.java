package dev.parley.audit.ingest;

import dev.parley.audit.store.MonthPartitions;
import dev.parley.autoconfigure.kafka.Inbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.ApprovalTurn;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.ChargeTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * The chain and what is derived from it, in one statement: only links that are new leave rows in
 * the other tables, so a conversation's counts stay right however often a link comes.
 */
final class LinkStore implements RecordStore<StoredLink> {

    private final MonthPartitions months;

    LinkStore(MonthPartitions months) {
        this.months = months;
    }

    @Override
    public Topic topic() {
        return Topic.TURNS;
    }

    @Override
    public StoredLink read(ConsumerRecord<String, byte[]> record) {
        TurnRecord link = Inbound.event(record.headers(), record.value(), TurnRecord.class);
        if (!link.conversationId().equals(record.key())) {
            throw new UnreadableRecordException("the key is not the conversation's", null);
        }
        if (link.ordinal() < 0) {
            throw new UnreadableRecordException("a negative ordinal", null);
        }
        return new StoredLink(
                link,
                new String(record.value(), StandardCharsets.UTF_8),
                record.partition(),
                record.offset());
    }

    @Override
    public void prepare(List<StoredLink> rows) throws SQLException {
        months.ensure("links", rows.stream().map(row -> row.link().at()));
    }

    @Override
    public void write(Connection connection, List<StoredLink> rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LinkSql.STAGING);
            try (CopyRows copy = new CopyRows(connection, "staged_links")) {
                for (StoredLink row : rows) {
                    stage(copy, row);
                }
                copy.finish();
            }
            statement.execute(LinkSql.INSERT);
        }
    }

    private static void stage(CopyRows copy, StoredLink row) throws SQLException {
        TurnRecord link = row.link();
        copy.text(link.conversationId())
                .number(link.ordinal())
                .time(link.at())
                .text(link.userId())
                .text(link.team())
                .text(link.role())
                .text(kind(link.body()))
                .text(link.body().messageId())
                .text(row.json())
                .text(link.hash())
                .number(row.partition())
                .number(row.offset());
        Columns columns = columns(link.body());
        copy.text(columns.status)
                .text(columns.code)
                .text(columns.model)
                .text(columns.entrance)
                .number(columns.attempt)
                .truth(columns.searchable);
        usage(copy, columns.usage);
        copy.number(columns.cost);
        parts(copy, link.body());
        copy.text(author(link.body())).text(questionId(link.body()));
        copy.endRow();
    }

    /** Columns that several kinds have. */
    private static final class Columns {
        private @Nullable String status;
        private @Nullable String code;
        private @Nullable String model;
        private @Nullable String entrance;
        private @Nullable Integer attempt;
        private @Nullable TokenUsage usage;
        private java.math.@Nullable BigDecimal cost;
        private boolean searchable;
    }

    private static Columns columns(TurnRecord.Body body) {
        Columns columns = new Columns();
        switch (body) {
            case UserTurn turn -> {
                columns.status = "sent";
                columns.model = turn.model();
                columns.entrance = turn.entrance();
                columns.searchable = turn.text() != null;
            }
            case AssistantTurn answer -> {
                columns.status = answer.finishReason().equals("stopped") ? "stopped" : "done";
                columns.model = answer.model();
                columns.attempt = answer.attempt();
                columns.usage = answer.usage();
                columns.cost = answer.cost();
                columns.searchable = true;
            }
            case ToolCallTurn call -> columns.status = call.status();
            case RefusalTurn refusal -> {
                columns.status = "refused";
                columns.code = refusal.code().code();
                columns.model = refusal.model();
                columns.entrance = refusal.entrance();
                columns.searchable = refusal.text() != null;
            }
            case FailureTurn failure -> {
                columns.status = "failed";
                columns.code = failure.code().code();
                columns.model = failure.model();
                columns.attempt = failure.attempt();
                columns.usage = failure.usage();
                columns.searchable = failure.partial() != null;
            }
            case TurnRecord.ApprovalTurn approval -> columns.status = approval.decision();
            case TurnRecord.ImportedTurn imported -> {
                columns.status = "imported";
                columns.model = imported.model();
                columns.entrance = "import";
                columns.searchable = true;
            }
            case ChargeTurn charge -> {
                columns.usage = charge.usage();
                columns.cost = charge.cost();
            }
        }
        return columns;
    }

    private static void usage(CopyRows copy, @Nullable TokenUsage usage) {
        copy.number(usage == null ? null : usage.input())
                .number(usage == null ? null : usage.output())
                .number(usage == null ? null : usage.cached())
                .truth(usage != null && usage.estimated());
    }

    /** Columns that one kind has: branches, times, the tool, the limit, the hold. */
    private static void parts(CopyRows copy, TurnRecord.Body body) {
        UserTurn user = body instanceof UserTurn turn ? turn : null;
        copy.text(
                        user != null
                                ? user.parentId()
                                : body instanceof TurnRecord.ImportedTurn imported
                                        ? imported.parentId()
                                        : null)
                .text(user == null ? null : user.regenerates());
        AssistantTurn answer = body instanceof AssistantTurn turn ? turn : null;
        ApprovalTurn approval = body instanceof ApprovalTurn turn ? turn : null;
        copy.time(answer == null ? null : answer.startedAt())
                .time(answer == null ? null : answer.firstTokenAt())
                .time(endedAt(body))
                .text(
                        answer != null
                                ? answer.worker()
                                : approval == null ? null : approval.decidedBy());
        ToolCallTurn call = body instanceof ToolCallTurn turn ? turn : null;
        copy.text(call != null ? call.callId() : approval == null ? null : approval.callId())
                .text(call != null ? call.server() : approval == null ? null : approval.server())
                .text(call != null ? call.tool() : approval == null ? null : approval.tool())
                .number(call == null ? null : call.durationMs());
        copy.text(
                body instanceof RefusalTurn refusal && refusal.limit() != null
                        ? refusal.limit().name()
                        : null);
        ChargeTurn charge = body instanceof ChargeTurn turn ? turn : null;
        copy.number(charge == null ? null : charge.reserved())
                .time(charge == null ? null : charge.requestedAt());
    }

    /** Whose message it is; null for what is none. */
    private static @Nullable String author(TurnRecord.Body body) {
        return switch (body) {
            case UserTurn ignored -> "user";
            case AssistantTurn ignored -> "assistant";
            case FailureTurn ignored -> "assistant";
            case TurnRecord.ImportedTurn imported ->
                    imported.author().equals("user") ? "user" : "assistant";
            case ToolCallTurn ignored -> null;
            case RefusalTurn ignored -> null;
            case ChargeTurn ignored -> null;
            case TurnRecord.ApprovalTurn ignored -> null;
        };
    }

    /** An answer goes by the id of its question; one that was imported has an id of its own. */
    private static String questionId(TurnRecord.Body body) {
        return body instanceof TurnRecord.ImportedTurn imported
                        && !imported.author().equals("user")
                        && imported.parentId() != null
                ? imported.parentId()
                : body.messageId();
    }

    private static @Nullable Instant endedAt(TurnRecord.Body body) {
        return switch (body) {
            case AssistantTurn answer -> answer.endedAt();
            case FailureTurn failure -> failure.endedAt();
            case ApprovalTurn approval -> approval.decidedAt();
            default -> null;
        };
    }

    private static String kind(TurnRecord.Body body) {
        return switch (body) {
            case UserTurn ignored -> "user";
            case AssistantTurn ignored -> "assistant";
            case ToolCallTurn ignored -> "tool_call";
            case RefusalTurn ignored -> "refusal";
            case FailureTurn ignored -> "failure";
            case ChargeTurn ignored -> "charge";
            case TurnRecord.ApprovalTurn ignored -> "approval";
            case TurnRecord.ImportedTurn ignored -> "imported";
        };
    }
}
