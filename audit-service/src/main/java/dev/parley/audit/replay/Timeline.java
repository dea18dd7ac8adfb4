package dev.parley.audit.replay;

import dev.parley.audit.store.FlowStep;
import dev.parley.schemas.ChunkTimes;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * The frames of a conversation and when each came. Texts come from the chain, times from the
 * checkpoints: those of the tokens from what {@code llm_complete} carries, of a tool from {@code
 * tool_call}, of the end from {@code done}. Where a checkpoint is not there, the link's own times
 * stand in; an answer without times of its tokens comes whole, when its first token came.
 */
final class Timeline {

    /** A frame as a client receives it, and its time after the first one. */
    record Frame(long atMs, byte[] json) {}

    private record Timed(Instant at, ServerFrame frame) {}

    private record Piece(Instant at, int chars) {}

    private final Recording recording;
    private final Map<String, Long> seqs = new HashMap<>();
    private final List<Timed> timed = new ArrayList<>();

    private Timeline(Recording recording) {
        this.recording = recording;
    }

    /**
     * In the order of time; frames of one moment in the order of the chain, and a millisecond
     * apart, since a position names a frame.
     *
     * @param idleMaxMs longest silence that is kept; null: every one
     */
    static List<Frame> of(Recording recording, @Nullable Long idleMaxMs) {
        Timeline timeline = new Timeline(recording);
        recording.links().forEach(timeline::add);
        timeline.timed.sort(Comparator.comparing(Timed::at));
        List<Frame> frames = new ArrayList<>();
        long skipped = 0;
        Instant begin = timeline.timed.isEmpty() ? Instant.EPOCH : timeline.timed.getFirst().at();
        Instant last = begin;
        for (Timed next : timeline.timed) {
            long silence = Duration.between(last, next.at()).toMillis();
            if (idleMaxMs != null && silence > idleMaxMs) {
                skipped += silence - idleMaxMs;
            }
            last = next.at();
            long atMs = Duration.between(begin, next.at()).toMillis() - skipped;
            long after = frames.isEmpty() ? 0 : frames.getLast().atMs() + 1;
            frames.add(new Frame(Math.max(atMs, after), Json.write(next.frame())));
        }
        return frames;
    }

    private void add(TurnRecord link) {
        String id = link.body().messageId();
        switch (link.body()) {
            case UserTurn turn ->
                    add(
                            turn.receivedAt(),
                            new ServerFrame.Accepted(
                                    turn.clientMsgId(), id, link.conversationId()));
            case ToolCallTurn call -> toolCall(link, call);
            case AssistantTurn answer -> {
                String text = text(id, answer.text());
                tokens(id, text, answer.firstTokenAt(), answer.endedAt());
                add(
                        endOf(id, Checkpoint.DONE, answer.endedAt()),
                        new ServerFrame.Done(id, result(answer, text), null));
            }
            case FailureTurn failure -> {
                String text = text(id, failure.partial());
                tokens(id, text, null, failure.endedAt());
                add(
                        endOf(id, Checkpoint.ERROR, failure.endedAt()),
                        new ServerFrame.Failure(
                                id,
                                null,
                                failure.error(),
                                failure.code(),
                                failure.code().retryable(),
                                null,
                                text.isEmpty() ? null : true,
                                null));
            }
            case RefusalTurn refusal ->
                    add(
                            link.at(),
                            new ServerFrame.Failure(
                                    id,
                                    refusal.clientMsgId(),
                                    refusal.error(),
                                    refusal.code(),
                                    refusal.code().retryable(),
                                    refusal.retryAfterS(),
                                    null,
                                    refusal.limit()));
            case TurnRecord.ChargeTurn ignored -> {}
            case TurnRecord.ApprovalTurn ignored -> {}
            case TurnRecord.ImportedTurn imported -> {
                if (!imported.author().equals("user")) {
                    tokens(id, text(id, imported.text()), null, imported.writtenAt());
                }
            }
        }
    }

    private void add(Instant at, ServerFrame frame) {
        timed.add(new Timed(at, frame));
    }

    private void toolCall(TurnRecord link, ToolCallTurn call) {
        Instant began = link.at().minusMillis(call.durationMs());
        for (FlowStep step : recording.steps(call.messageId(), Checkpoint.TOOL_CALL)) {
            if (detail(step, "call_id").equals(call.callId())) {
                began = step.startedAt();
            }
        }
        add(
                began,
                new ServerFrame.ToolCall(
                        call.messageId(),
                        call.callId(),
                        call.server(),
                        call.tool(),
                        json(text(call.messageId(), call.arguments()))));
        add(
                began.plusMillis(call.durationMs()),
                new ServerFrame.ToolResult(
                        call.messageId(),
                        call.callId(),
                        call.status(),
                        call.durationMs(),
                        text(call.messageId(), call.result())));
    }

    /** The text in the pieces in which it went out; what no piece speaks of comes at its end. */
    private void tokens(String id, String text, @Nullable Instant firstAt, Instant endedAt) {
        int from = 0;
        for (Piece piece : pieces(id)) {
            int to = wholeCharacters(text, Math.min(text.length(), from + piece.chars()));
            if (to > from) {
                token(id, piece.at(), text.substring(from, to));
                from = to;
            }
        }
        if (from < text.length()) {
            token(id, from > 0 || firstAt == null ? endedAt : firstAt, text.substring(from));
        }
    }

    private static int wholeCharacters(String text, int to) {
        return to > 0 && to < text.length() && Character.isHighSurrogate(text.charAt(to - 1))
                ? to + 1
                : to;
    }

    private void token(String id, Instant at, String piece) {
        add(at, new ServerFrame.Token(id, seqs.merge(id, 1L, Long::sum) - 1, piece));
    }

    private List<Piece> pieces(String id) {
        List<Piece> pieces = new ArrayList<>();
        for (FlowStep step : recording.steps(id, Checkpoint.LLM_COMPLETE)) {
            try {
                for (ChunkTimes.Piece piece : ChunkTimes.decoded(detail(step, ChunkTimes.DETAIL))) {
                    pieces.add(new Piece(step.startedAt().plusMillis(piece.atMs()), piece.chars()));
                }
            } catch (IllegalArgumentException | ArithmeticException e) {
                return List.of(); // of a writer that is not known; the link's times stand in
            }
        }
        return pieces;
    }

    private Instant endOf(String id, String step, Instant otherwise) {
        List<FlowStep> ends = recording.steps(id, step);
        Instant end = ends.isEmpty() ? otherwise : ends.getLast().startedAt();
        return end.isBefore(otherwise) ? otherwise : end;
    }

    private static String detail(FlowStep step, String name) {
        return Json.tree(step.detail().getBytes(StandardCharsets.UTF_8)).path(name).asString("");
    }

    private String text(String id, dev.parley.schemas.vault.@Nullable SealedText sealed) {
        String text = recording.open(id, sealed);
        return text == null ? "" : text;
    }

    private static JsonNode json(String text) {
        try {
            return Json.tree(text.getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableRecordException e) {
            return StringNode.valueOf(text);
        }
    }

    private static ServerFrame.AnswerResult result(AssistantTurn answer, String text) {
        return new ServerFrame.AnswerResult(
                text,
                answer.finishReason(),
                answer.model(),
                answer.usage().input(),
                answer.usage().output(),
                answer.usage().cached(),
                answer.cost(),
                answer.toolCalls(),
                answer.toolsUsed(),
                answer.iterations(),
                answer.attempt());
    }
}
