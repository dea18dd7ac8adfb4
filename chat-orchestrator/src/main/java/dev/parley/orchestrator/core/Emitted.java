package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ReplyTo;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing to publish. */
public sealed interface Emitted {

    /**
     * The attempt of a terminal: higher than any worker's, so that no reader takes the
     * orchestrator's word for that of a lost worker.
     */
    int TERMINAL_ATTEMPT = Integer.MAX_VALUE;

    /** A model call for any worker. */
    record Dispatch(Job job) implements Emitted {}

    /** A word to every worker. */
    record Control(ControlEvent event) implements Emitted {}

    /**
     * A frame for a connection.
     *
     * @param messageId null for a frame that says nothing about that message's end
     */
    record Frame(ReplyTo to, @Nullable String messageId, int attempt, ServerFrame frame)
            implements Emitted {}

    /** A link of a conversation's record, its texts still open. */
    record Turn(String conversationId, Author author, Instant at, TurnDraft draft)
            implements Emitted {}

    /** A message waits for a part of its team's budget; {@code least} is what it can do with. */
    record TeamWant(
            String team,
            String userId,
            String messageId,
            TeamSlice.Share need,
            TeamSlice.Share least,
            Instant at)
            implements Emitted {}

    /** What an answer used of its team's budget; {@code taken} of it was leased. */
    record TeamUse(String team, TeamSlice.Share used, TeamSlice.Share taken, Instant at)
            implements Emitted {}

    /** A checkpoint; when and how long is for the caller to say. */
    record Step(
            String messageId,
            String conversationId,
            String name,
            String status,
            Map<String, String> detail)
            implements Emitted {}

    /** The person's key is to be destroyed, and every text of theirs that the state holds. */
    record Erased(String erasureId) implements Emitted {}
}
