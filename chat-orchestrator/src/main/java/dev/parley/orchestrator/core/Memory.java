package dev.parley.orchestrator.core;

import org.jspecify.annotations.Nullable;

/** One user's state as it was before the decision; reading it changes nothing. */
public interface Memory {

    /** {@link UserState#NEW} for a user never seen. */
    UserState user();

    /** Null for one that this user does not have. */
    @Nullable Conversation conversation(String conversationId);

    /** What is leased of a team's budget where this user's state is. */
    TeamSlice team(String team);

    /** Null for one that this user never sent, or that was forgotten. */
    @Nullable Message message(String messageId);

    /** Null for an answer that runs no more, or that never had to wait for anybody. */
    @Nullable Parking parking(String messageId);
}
