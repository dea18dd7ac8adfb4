package dev.parley.schemas.chain;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads many links, each as {@link LinkFacts#of(byte[])} would and most of them without making a
 * tree. Its buffers are used again; not for two threads at once.
 */
public final class LinkReader {

    private final LinkHasher hasher = new LinkHasher();

    /** Of a link's JSON; null when it is none. */
    public @Nullable LinkFacts read(byte[] json) {
        if (hasher.read(json, 0, json.length) != json.length) {
            return LinkFacts.of(json);
        }
        return new LinkFacts(
                text(json, hasher.conversationFrom(), hasher.conversationTo()),
                hasher.ordinal(),
                text(json, hasher.prevHashFrom(), hasher.prevHashFrom() + ExportChunk.HEX_CHARS),
                text(json, hasher.hashFrom(), hasher.hashFrom() + ExportChunk.HEX_CHARS),
                hasher.isSelfConsistent());
    }

    /** What is plain is ASCII. */
    private static String text(byte[] json, int from, int to) {
        return new String(json, from, to - from, StandardCharsets.ISO_8859_1);
    }
}
