package dev.parley.schemas.record;

import java.time.Instant;
import java.util.List;

/**
 * The heads of every conversation that went on since the checkpoint before, signed; topic {@code
 * parley.checkpoints}, key the number.
 *
 * @param keyId of the Ed25519 key
 * @param signature base64, over {@code ChainSignatures.CHECKPOINT}, a line feed and the canonical
 *     JSON of {@code statement}
 * @param heads the leaves of the statement's tree, in its order; empty where only the statement is
 *     shown
 */
public record ChainCheckpoint(Statement statement, String keyId, String signature, List<Head> heads)
        implements PipelineEvent {

    public ChainCheckpoint {
        heads = heads == null ? List.of() : List.copyOf(heads);
    }

    /**
     * What is signed.
     *
     * @param number dense over all checkpoints, from 0
     * @param conversations how many heads
     * @param root of the Merkle tree (RFC 9162, section 2.1.1) over the canonical JSON of each
     *     head; lower-case hex
     * @param prevHash SHA-256 of the canonical JSON of the statement before; of the first, {@code
     *     ConversationChain.GENESIS}
     */
    public record Statement(
            long number, Instant at, int conversations, String root, String prevHash) {}

    /**
     * Where a conversation stood.
     *
     * @param ordinal of its last link
     * @param hash of that link
     * @param partition where that link stands in {@code parley.turns}, with {@code offset}
     */
    public record Head(
            String conversationId, long ordinal, String hash, int partition, long offset) {}
}
