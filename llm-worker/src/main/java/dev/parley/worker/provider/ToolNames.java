package dev.parley.worker.provider;

import dev.parley.schemas.MessageIds;

/**
 * Names of tools towards a model: {@code server__tool}. Providers take letters, digits, {@code _}
 * and {@code -}, at most 64 of them; a name that had to be changed for that ends in a part of its
 * digest, so that two tools never get the same one.
 */
public final class ToolNames {

    private static final String SEPARATOR = "__";
    private static final int CHARS_MAX = 64;
    private static final int DIGEST_CHARS = 8;

    private ToolNames() {}

    public static String of(String server, String tool) {
        String plain = tool.isEmpty() ? server : server + SEPARATOR + tool;
        String safe = plain.replaceAll("[^A-Za-z0-9_-]", "_");
        if (safe.equals(plain) && plain.length() <= CHARS_MAX) {
            return plain;
        }
        String digest = MessageIds.derive("tool", server, tool).substring(0, DIGEST_CHARS);
        int kept = Math.min(safe.length(), CHARS_MAX - DIGEST_CHARS - 1);
        return safe.substring(0, kept) + "_" + digest;
    }

    /** The server that a name speaks of; empty where it has none. */
    public static String serverOf(String name) {
        int at = name.indexOf(SEPARATOR);
        return at < 0 ? "" : name.substring(0, at);
    }

    /** The tool that a name speaks of. */
    public static String toolOf(String name) {
        int at = name.indexOf(SEPARATOR);
        return at < 0 ? name : name.substring(at + SEPARATOR.length());
    }
}
