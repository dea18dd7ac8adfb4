package dev.parley.orchestrator.core;

import java.util.List;

/**
 * The next state and what is to be published, in order. State and publications belong into one
 * transaction.
 *
 * @param conversations made or changed
 * @param messages made or changed
 * @param teams slices that changed
 * @param forgotten ids of messages to drop
 * @param parkings made or changed
 * @param unparked ids of messages whose parking is to drop
 */
public record Decision(
        UserState user,
        List<Conversation> conversations,
        List<Message> messages,
        List<TeamSlice> teams,
        List<String> forgotten,
        List<Parking> parkings,
        List<String> unparked,
        List<Emitted> emitted) {}
