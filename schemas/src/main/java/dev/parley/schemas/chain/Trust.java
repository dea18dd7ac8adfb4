package dev.parley.schemas.chain;

import dev.parley.schemas.record.ChainCheckpoint;
import java.security.PublicKey;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a verifier knows from elsewhere: keys, and checkpoints that it kept. Checkpoints are a chain
 * of their own; those with heads say how far each conversation had come, whoever exports it later.
 */
public final class Trust {

    private final Map<String, PublicKey> keys = new HashMap<>();
    private final Map<Long, String> statements = new HashMap<>();
    private final Map<String, Map<Long, ChainCheckpoint.Head>> heads = new HashMap<>();
    private final @Nullable String fault;

    private Trust(List<PublicKey> known, List<ChainCheckpoint> checkpoints) {
        known.forEach(key -> keys.put(ChainSignatures.keyId(key), key));
        fault = read(checkpoints);
    }

    /**
     * @param keys none: whatever key a file names is taken
     * @param checkpoints in any order, with or without their heads, with gaps between them
     */
    public static Trust of(List<PublicKey> keys, List<ChainCheckpoint> checkpoints) {
        return new Trust(keys, checkpoints);
    }

    private @Nullable String read(List<ChainCheckpoint> checkpoints) {
        List<ChainCheckpoint> ordered =
                checkpoints.stream()
                        .sorted(Comparator.comparingLong(c -> c.statement().number()))
                        .toList();
        for (ChainCheckpoint checkpoint : ordered) {
            ChainCheckpoint.Statement statement = checkpoint.statement();
            long number = statement.number();
            if (!verifies(checkpoint.keyId(), statement, checkpoint.signature())) {
                return "checkpoint " + number + " is not signed by a known key";
            }
            String before = statements.get(number - 1);
            String expected = number == 0 ? ConversationChain.GENESIS : before;
            if (expected != null && !expected.equals(statement.prevHash())) {
                return "checkpoint " + number + " does not follow the one before it";
            }
            String hash = ChainSignatures.hash(statement);
            String twin = statements.put(number, hash);
            if (twin != null && !twin.equals(hash)) {
                return "there are two checkpoints " + number;
            }
            List<ChainCheckpoint.Head> leaves = checkpoint.heads();
            if (!leaves.isEmpty()
                    && (leaves.size() != statement.conversations()
                            || !MerkleTree.root(ChainSignatures.leaves(leaves))
                                    .equals(statement.root()))) {
                return "the heads of checkpoint " + number + " are not those that were signed";
            }
            leaves.forEach(head ->
                    heads.computeIfAbsent(head.conversationId(), id -> new HashMap<>())
                            .put(head.ordinal(), head));
        }
        return null;
    }

    /** What is wrong with the checkpoints themselves; null when nothing is. */
    @Nullable String fault() {
        return fault;
    }

    boolean hasKeys() {
        return !keys.isEmpty();
    }

    @Nullable PublicKey key(String keyId) {
        return keys.get(keyId);
    }

    Map<String, Map<Long, ChainCheckpoint.Head>> heads() {
        return heads;
    }

    /** How many links the checkpoints know of a conversation. */
    long linksKnown(String conversationId) {
        return heads.getOrDefault(conversationId, Map.of()).keySet().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(-1)
                + 1;
    }

    /** Whether a checkpoint of this number is known, and is another. */
    boolean contradicts(ChainCheckpoint.Statement statement) {
        String known = statements.get(statement.number());
        return known != null && !known.equals(ChainSignatures.hash(statement));
    }

    private boolean verifies(String keyId, ChainCheckpoint.Statement statement, String signature) {
        PublicKey key = keys.get(keyId);
        return key != null
                && ChainSignatures.verifies(key, ChainSignatures.CHECKPOINT, statement, signature);
    }
}
