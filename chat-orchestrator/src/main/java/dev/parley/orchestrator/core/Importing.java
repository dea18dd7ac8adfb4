package dev.parley.orchestrator.core;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ServerFrame.AnswerResult;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.RequestEvent.ImportRequested;
import dev.parley.schemas.record.RequestEvent.ImportedMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation that was held elsewhere: recorded link by link where all turns are, and kept in
 * the state as if it had been held here, so that it can be continued. A large one comes in parts,
 * each known by its import and its first message; a part that comes again adds nothing. Nothing is
 * counted or charged.
 */
final class Importing {

    private static final String USER = "user";
    private static final String FOREIGN_MODEL = "unknown";

    private final DeciderSettings settings;
    private final Work work;
    private final Instant now;
    private final Policy policy;
    private final Map<String, String> questionOf = new HashMap<>();

    Importing(DeciderSettings settings, Work work, Instant now, Policy policy) {
        this.settings = settings;
        this.work = work;
        this.now = now;
        this.policy = policy;
    }

    void take(ImportRequested request) {
        if (request.messages().isEmpty()) {
            return;
        }
        String part =
                MessageIds.derive(
                        "part", request.importId(), request.messages().getFirst().messageId());
        Conversation known = work.conversation(request.conversationId());
        if (known != null && known.imported().contains(part)) {
            return;
        }
        Author author = author(request);
        List<String> questions = new ArrayList<>();
        for (ImportedMessage message : request.messages()) {
            boolean first = known == null && message == request.messages().getFirst();
            work.emit(
                    new Emitted.Turn(
                            request.conversationId(),
                            author,
                            now,
                            new TurnDraft.Imported(
                                    message, request.source(), first ? request.title() : null)));
            if (message.role().equals(USER)) {
                work.put(question(request, message, known));
                questions.add(message.messageId());
            } else {
                answer(message);
            }
        }
        Conversation before =
                known == null ? Conversation.begin(request.conversationId(), now) : known;
        work.put(
                before.withImported(
                        part, questions, questions.isEmpty() ? null : questions.getLast(), now),
                settings.retention());
    }

    /** The user whose conversation it becomes, in the role that the policy gives that user. */
    private Author author(ImportRequested request) {
        Caller caller = request.caller();
        Caller owner =
                caller.id().equals(request.userId())
                        ? caller
                        : new Caller(request.userId(), null, null, USER, null);
        Rights rights = policy.rights(owner);
        return rights == null
                ? new Author(owner.id(), owner.role(), owner.team())
                : rights.author();
    }

    private Message question(
            ImportRequested request, ImportedMessage message, @Nullable Conversation known) {
        return new Message(
                message.messageId(),
                request.conversationId(),
                questionBefore(message.parentId(), known),
                null,
                null,
                message.text(),
                MessageIds.derive("text", message.text()),
                List.of(),
                null);
    }

    /**
     * An answer is kept with its question; of several the last one stands, which is the one that
     * the conversation went on from. One without a question is recorded and not kept.
     */
    private void answer(ImportedMessage message) {
        Message question = message.parentId() == null ? null : work.message(message.parentId());
        if (question != null) {
            work.put(question.ended(Outcome.done(result(message))));
            questionOf.put(message.messageId(), question.id());
        }
    }

    /**
     * The question that a message follows; its parent is usually the answer to it. Where that came
     * with an earlier part, the newest question of that part stands for it.
     */
    private @Nullable String questionBefore(
            @Nullable String parentId, @Nullable Conversation known) {
        if (parentId == null) {
            return null;
        }
        if (work.message(parentId) != null) {
            return parentId;
        }
        String answered = questionOf.get(parentId);
        return answered != null || known == null ? answered : known.leaf();
    }

    private static AnswerResult result(ImportedMessage message) {
        return new AnswerResult(
                message.text(),
                "stop",
                message.model() == null ? FOREIGN_MODEL : message.model(),
                0,
                0,
                0,
                null,
                0,
                List.of(),
                1,
                1);
    }
}
