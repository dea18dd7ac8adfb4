package dev.parley.audit.web;

/**
 * Who is asking.
 *
 * @param role the first role of the token that this service knows; empty when it knows none
 * @param inspects whether that role may read what is not its own
 */
public record Reader(String userId, String role, boolean inspects) {}
