package dev.parley.schemas.chain;

import dev.parley.schemas.record.ChainCheckpoint;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a jsonl export carries beside its links, for a verifier that has nothing else. */
public final class ExportProof {

    private ExportProof() {}

    /**
     * The end of a conversation in an export: member {@code head} of its last line.
     *
     * @param publicKey base64 of the X.509 form; whether it is the right one is the verifier's to
     *     know
     */
    public record SignedHead(
            Statement statement, String keyId, String publicKey, String signature) {}

    /**
     * What is signed.
     *
     * @param from ordinal of the first link; not 0 when retention dropped what was before it
     * @param afterHash what that link names as the hash before it
     * @param links how many lines the conversation has here
     * @param headHash of the last link
     * @param seal of the last line, which covers every line: texts and positions too
     * @param checkpoint number of the newest checkpoint that a line carries; null when none had
     *     been made yet
     */
    public record Statement(
            String conversationId,
            long from,
            String afterHash,
            long links,
            String headHash,
            String seal,
            Instant exportedAt,
            @Nullable Long checkpoint) {}

    /**
     * That a link is in a signed checkpoint: member {@code checkpoint} of its line.
     *
     * @param index of the leaf in the tree of {@code statement}
     * @param path the hashes beside the leaf's way to the root, from the bottom up
     */
    public record Inclusion(
            ChainCheckpoint.Statement statement,
            String keyId,
            String signature,
            int index,
            List<String> path) {
        public Inclusion {
            path = path == null ? List.of() : List.copyOf(path);
        }
    }

    /** Where a link stands in {@code parley.turns}. */
    public record Position(int partition, long offset) {}

    /**
     * The seal of a line: SHA-256 over the seal of the line before (of the first: {@link
     * ConversationChain#GENESIS}), the link's hash and the bytes between the link and the seal;
     * lower-case hex.
     */
    public static String seal(String previous, String linkHash, byte[] between) {
        MessageDigest sha256 = Sha256.digest();
        sha256.update(previous.getBytes(StandardCharsets.US_ASCII));
        sha256.update(linkHash.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().formatHex(sha256.digest(between));
    }
}
