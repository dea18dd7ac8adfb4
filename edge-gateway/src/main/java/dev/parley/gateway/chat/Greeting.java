package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import dev.parley.schemas.frame.ServerFrame;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is said to a client at first.
 *
 * @param resumed whether the session goes on
 * @param usage of the user; null: not known in time
 * @param approvals that wait for this user; they follow the welcome
 * @param firstBeatNanos when the first heartbeat is due
 */
record Greeting(
        boolean resumed,
        ServerFrame.@Nullable Usage usage,
        List<ServerFrame.Approval> approvals,
        long firstBeatNanos) {

    ServerFrame.Welcome frame(Parts parts, Identity identity, SessionKey key) {
        return new ServerFrame.Welcome(
                parts.access().welcome(identity),
                key.sessionId(),
                key.conversationId(),
                new ServerFrame.User(
                        identity.userId(), identity.caller().name(), identity.caller().role()),
                usage,
                parts.access().models(identity),
                null,
                resumed,
                (int) parts.limits().connection().heartbeat().toSeconds(),
                identity.expiresAt());
    }
}
