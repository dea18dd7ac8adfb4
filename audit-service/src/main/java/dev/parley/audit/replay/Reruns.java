package dev.parley.audit.replay;

import dev.parley.audit.replay.AnswerTable.Row;
import dev.parley.audit.replay.Replay.Mode;
import dev.parley.audit.replay.Replay.State;
import dev.parley.audit.web.Parameters;
import dev.parley.schemas.MessageIds;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Begins reruns, and sets what they answered beside the record. */
@Component
class Reruns {

    private final ReplayTable table;
    private final AnswerTable answers;
    private final Recording.Archive archive;
    private final Clock clock = Clock.systemUTC();

    Reruns(ReplayTable table, AnswerTable answers, Recording.Archive archive) {
        this.table = table;
        this.answers = answers;
        this.archive = archive;
    }

    /**
     * Begins one; its first question is asked by the runner.
     *
     * @param model null: as each question asked for it then
     * @param rerunId of the bulk that it is part of
     */
    @Transactional
    public Replay begin(
            String conversation,
            String userId,
            String role,
            @Nullable String model,
            @Nullable String rerunId) {
        List<RecordedQuestion> questions =
                archive.find(conversation).map(RecordedQuestion::of).orElse(List.of());
        if (questions.isEmpty()) {
            throw Parameters.bad("The conversation has no message that can be read and run again.");
        }
        String id = UUID.randomUUID().toString();
        Replay replay =
                new Replay(
                        id,
                        Mode.RERUN,
                        State.RUNNING,
                        conversation,
                        userId,
                        role,
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        0,
                        null,
                        0,
                        0,
                        0,
                        model,
                        MessageIds.derive("rerun", id),
                        rerunId,
                        null);
        table.insert(replay);
        List<Row> rows = new ArrayList<>();
        for (RecordedQuestion question : questions) {
            int number = rows.size();
            rows.add(
                    new Row(
                            number,
                            question.messageId(),
                            MessageIds.of(userId, clientMsgId(id, number)),
                            AnswerTable.State.WAITING,
                            0,
                            null));
        }
        answers.insert(id, rows);
        return replay;
    }

    /** The idempotency key of a question: however often it is published, it is asked once. */
    static String clientMsgId(String replayId, int number) {
        return replayId + "/" + number;
    }

    /** The question as the record has it; null when it can no longer be read. */
    @Nullable RecordedQuestion question(Replay replay, Row row) {
        return archive
                .find(replay.conversationId())
                .map(RecordedQuestion::of)
                .orElse(List.of())
                .stream()
                .filter(found -> found.messageId().equals(row.messageId()))
                .findFirst()
                .orElse(null);
    }

    RerunDiff diff(Replay replay) {
        return RerunDiff.of(
                answers.of(replay.id()),
                archive.find(replay.conversationId()).orElse(null),
                replay.derivedId() == null ? null : archive.find(replay.derivedId()).orElse(null));
    }
}
