package dev.parley.audit.history;

import dev.parley.audit.store.Link;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.OpenedText;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.ChargeTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import dev.parley.schemas.vault.SealedText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What stands beside a link in a jsonl export: {@code text} opens its sealed members for a reader,
 * by their names, with null for one that cannot be opened; {@code attributes} names its facts as
 * OpenTelemetry does; {@code position} says where in the log the link stands. The link itself is
 * the record's JSON byte for byte as the log has it, sealed texts included, and all that its hash
 * is made of. {@code exported_at} says when it was opened: an erasure after that does not reach the
 * line.
 */
final class ChainLine {

    private ChainLine() {}

    static String beside(Link link, Keyring keys, Instant exportedAt) {
        TurnRecord record = ConversationReader.record(link);
        Map<String, @Nullable SealedText> sealed = sealed(record.body());
        Map<String, @Nullable String> opened = new LinkedHashMap<>();
        String state = null;
        for (var member : sealed.entrySet()) {
            OpenedText text =
                    keys.open(record.userId(), record.body().messageId(), member.getValue());
            if (text.state() != OpenedText.State.ABSENT) {
                opened.put(member.getKey(), text.text());
            }
            state = state == null ? text.state().label() : state;
        }
        StringBuilder line = new StringBuilder(512);
        line.append(",\"text\":").append(Json.writeText(opened));
        if (state != null) {
            line.append(",\"text_state\":").append(Json.writeText(state));
        }
        Map<String, Object> attributes = GenAiAttributes.of(record);
        if (!attributes.isEmpty()) {
            line.append(",\"attributes\":").append(Json.writeText(attributes));
        }
        line.append(",\"position\":{\"partition\":")
                .append(link.kafkaPartition())
                .append(",\"offset\":")
                .append(link.kafkaOffset())
                .append("},\"exported_at\":\"")
                .append(exportedAt)
                .append('"');
        return line.toString();
    }

    private static Map<String, @Nullable SealedText> sealed(TurnRecord.Body body) {
        Map<String, @Nullable SealedText> sealed = new LinkedHashMap<>();
        switch (body) {
            case UserTurn turn -> sealed.put("text", turn.text());
            case AssistantTurn turn -> sealed.put("text", turn.text());
            case ToolCallTurn call -> {
                sealed.put("arguments", call.arguments());
                sealed.put("result", call.result());
            }
            case RefusalTurn refusal -> sealed.put("text", refusal.text());
            case FailureTurn failure -> sealed.put("partial", failure.partial());
            case TurnRecord.ImportedTurn imported -> {
                sealed.put("text", imported.text());
                if (imported.title() != null) {
                    sealed.put("title", imported.title());
                }
            }
            case ChargeTurn ignored -> {}
            case TurnRecord.ApprovalTurn ignored -> {}
        }
        return sealed;
    }
}
