package dev.parley.audit.replay;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.RecordedTool;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * A message of the record that can be asked again, with what stood before it on its branch then:
 * each answer is compared under the history that the recorded one had.
 *
 * @param key of the person whose words they are
 */
record RecordedQuestion(
        String messageId,
        String text,
        PersonKey key,
        List<ChatMessage> context,
        List<RecordedTool> tools) {

    /** In the order of the chain; without those whose text cannot be read. */
    static List<RecordedQuestion> of(Recording recording) {
        Map<String, UserTurn> asked = new LinkedHashMap<>();
        Map<String, String> answers = new HashMap<>();
        Map<String, List<RecordedTool>> tools = new HashMap<>();
        for (TurnRecord link : recording.links()) {
            String id = link.body().messageId();
            switch (link.body()) {
                case UserTurn turn -> asked.put(id, turn);
                case AssistantTurn answer -> {
                    String text = recording.open(id, answer.text());
                    if (text != null) {
                        answers.put(id, text);
                    }
                }
                case ToolCallTurn call ->
                        tools.computeIfAbsent(id, key -> new ArrayList<>())
                                .add(tool(recording, call));
                default -> {}
            }
        }
        List<RecordedQuestion> questions = new ArrayList<>();
        for (UserTurn turn : asked.values()) {
            String text = text(recording, asked, turn);
            PersonKey key = key(recording, asked, turn);
            if (text != null && key != null) {
                questions.add(
                        new RecordedQuestion(
                                turn.messageId(),
                                text,
                                key,
                                context(recording, asked, answers, turn),
                                tools.getOrDefault(turn.messageId(), List.of())));
            }
        }
        return questions;
    }

    private static RecordedTool tool(Recording recording, ToolCallTurn call) {
        String arguments = recording.open(call.messageId(), call.arguments());
        String result = recording.open(call.messageId(), call.result());
        return new RecordedTool(
                call.server(),
                call.tool(),
                json(arguments == null ? "{}" : arguments),
                call.status(),
                result == null ? "" : result);
    }

    private static @Nullable String text(
            Recording recording, Map<String, UserTurn> asked, UserTurn turn) {
        UserTurn said = said(asked, turn);
        return said == null ? null : recording.open(said.messageId(), said.text());
    }

    private static @Nullable PersonKey key(
            Recording recording, Map<String, UserTurn> asked, UserTurn turn) {
        UserTurn said = said(asked, turn);
        return said == null || said.text() == null
                ? null
                : recording.keys().keyOf(recording.userId(), said.text()).orElse(null);
    }

    /** The one with the text: itself, or the message whose answer was asked for again. */
    private static @Nullable UserTurn said(Map<String, UserTurn> asked, UserTurn turn) {
        return turn.text() != null || turn.regenerates() == null
                ? turn
                : asked.get(turn.regenerates());
    }

    private static List<ChatMessage> context(
            Recording recording,
            Map<String, UserTurn> asked,
            Map<String, String> answers,
            UserTurn turn) {
        List<ChatMessage> context = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        UserTurn before = turn.parentId() == null ? null : asked.get(turn.parentId());
        while (before != null && seen.add(before.messageId())) {
            String answer = answers.get(before.messageId());
            String text = text(recording, asked, before);
            if (answer != null) {
                context.addFirst(new ChatMessage("assistant", answer));
            }
            if (text != null) {
                context.addFirst(new ChatMessage("user", text));
            }
            before = before.parentId() == null ? null : asked.get(before.parentId());
        }
        return context;
    }

    private static JsonNode json(String text) {
        try {
            return Json.tree(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableRecordException e) {
            return StringNode.valueOf(text);
        }
    }
}
