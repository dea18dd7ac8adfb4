package dev.parley.orchestrator.core;

import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.time.Instant;
import java.util.List;

/**
 * A message that is neither admitted nor refused yet. It holds nothing, and leaves the state by
 * being admitted, refused or stopped.
 *
 * @param question a {@link RequestEvent.Question}, decided again when its turn comes
 * @param recipients sessions that are told of its end, the asking one first
 * @param since when it began to wait
 * @param until when it is refused
 */
public record Waiting(
        RequestEvent question,
        Cause cause,
        List<ReplyTo> recipients,
        Instant since,
        Instant until) {

    /** For what it waits. */
    public enum Cause {
        /** For one of the user's running answers to end. */
        ANSWER,
        /** For the team's account to lease a part of the budget. */
        TEAM
    }

    public Waiting {
        recipients = List.copyOf(recipients);
    }

    public RequestEvent.Question asked() {
        return (RequestEvent.Question) question;
    }

    public String messageId() {
        return asked().messageId();
    }

    Waiting sentTo(List<ReplyTo> all) {
        return new Waiting(question, cause, all, since, until);
    }
}
