package dev.parley.audit.replay;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.replay.AnswerTable.Row;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.AssistantTurn;
import dev.parley.schemas.record.TurnRecord.FailureTurn;
import dev.parley.schemas.record.TurnRecord.ToolCallTurn;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rerun beside the record.
 *
 * @param answers in the order of the questions
 * @param original sums of the recorded answers of those questions that were answered again
 * @param rerun sums of the new ones
 */
record RerunDiff(int questions, int answered, List<Answer> answers, Totals original, Totals rerun) {

    /**
     * One question.
     *
     * @param state waiting, asked, answered, refused or failed
     */
    record Answer(
            int number,
            String messageId,
            String derivedMessageId,
            String state,
            @Nullable Side original,
            @Nullable Side rerun,
            @Nullable Difference difference) {}

    /**
     * An answer.
     *
     * @param code of one that failed; {@code text} is then what was there
     * @param tools names as {@code server__tool} with the call's status, in order
     * @param latencyMs from the worker's start to the end
     */
    record Side(
            @Nullable String text,
            @Nullable String model,
            @Nullable String finishReason,
            @Nullable String code,
            List<String> tools,
            long tokensInput,
            long tokensOutput,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable BigDecimal cost,
            @Nullable Long firstTokenMs,
            @Nullable Long latencyMs) {}

    /**
     * What differs; numbers are the rerun's less the original's.
     *
     * @param similarity share of the words that both have in one order, 0 to 1
     * @param text the words in pieces: equal, delete (of the original), insert; null when too long
     */
    record Difference(
            boolean sameText,
            double similarity,
            @Nullable List<WordDiff.Piece> text,
            boolean sameTools,
            long tokensInput,
            long tokensOutput,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable BigDecimal cost,
            @Nullable Long latencyMs) {}

    /** Sums. */
    record Totals(long tokensInput, long tokensOutput, BigDecimal cost, long latencyMs) {
        static final Totals NONE = new Totals(0, 0, BigDecimal.ZERO, 0);

        Totals plus(Side side) {
            return new Totals(
                    tokensInput + side.tokensInput(),
                    tokensOutput + side.tokensOutput(),
                    side.cost() == null ? cost : cost.add(side.cost()),
                    latencyMs + (side.latencyMs() == null ? 0 : side.latencyMs()));
        }
    }

    static RerunDiff of(List<Row> rows, @Nullable Recording original, @Nullable Recording derived) {
        List<Answer> answers = new ArrayList<>();
        Totals before = Totals.NONE;
        Totals after = Totals.NONE;
        int answered = 0;
        for (Row row : rows) {
            Side one = original == null ? null : side(original, row.messageId());
            Side other = derived == null ? null : side(derived, row.derivedMessageId());
            if (one != null && other != null) {
                answered++;
                before = before.plus(one);
                after = after.plus(other);
            }
            answers.add(
                    new Answer(
                            row.number(),
                            row.messageId(),
                            row.derivedMessageId(),
                            row.state().label(),
                            one,
                            other,
                            one == null || other == null ? null : difference(one, other)));
        }
        return new RerunDiff(rows.size(), answered, answers, before, after);
    }

    private static @Nullable Side side(Recording recording, String messageId) {
        List<String> tools = new ArrayList<>();
        for (TurnRecord link : recording.links()) {
            if (link.body() instanceof ToolCallTurn call && call.messageId().equals(messageId)) {
                tools.add(call.server() + "__" + call.tool() + " " + call.status());
            }
        }
        for (TurnRecord link : recording.links()) {
            if (!link.body().messageId().equals(messageId)) {
                continue;
            }
            if (link.body() instanceof AssistantTurn answer) {
                return new Side(
                        recording.open(messageId, answer.text()),
                        answer.model(),
                        answer.finishReason(),
                        null,
                        tools,
                        answer.usage().input(),
                        answer.usage().output(),
                        answer.cost(),
                        ms(answer.startedAt(), answer.firstTokenAt()),
                        ms(answer.startedAt(), answer.endedAt()));
            }
            if (link.body() instanceof FailureTurn failure) {
                return new Side(
                        recording.open(messageId, failure.partial()),
                        failure.model(),
                        null,
                        failure.code().code(),
                        tools,
                        failure.usage().input(),
                        failure.usage().output(),
                        null,
                        null,
                        null);
            }
        }
        return null;
    }

    private static @Nullable Long ms(Instant from, @Nullable Instant to) {
        return to == null ? null : Duration.between(from, to).toMillis();
    }

    private static Difference difference(Side one, Side other) {
        String before = one.text() == null ? "" : one.text();
        String after = other.text() == null ? "" : other.text();
        WordDiff words = WordDiff.of(before, after);
        return new Difference(
                before.equals(after),
                words.similarity(),
                words.pieces(),
                one.tools().equals(other.tools()),
                other.tokensInput() - one.tokensInput(),
                other.tokensOutput() - one.tokensOutput(),
                one.cost() == null || other.cost() == null
                        ? null
                        : other.cost().subtract(one.cost()),
                one.latencyMs() == null || other.latencyMs() == null
                        ? null
                        : Long.valueOf(other.latencyMs() - one.latencyMs()));
    }
}
