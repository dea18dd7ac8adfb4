package dev.parley.gateway.chat;

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
        long firstBeatNanos) {}
