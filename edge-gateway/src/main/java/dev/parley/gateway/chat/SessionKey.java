package dev.parley.gateway.chat;

/**
 * What a session is known by.
 *
 * @param connection this connection of it
 * @param generation counts its connections
 */
record SessionKey(String sessionId, String conversationId, String connection, int generation) {}
