package dev.parley.audit.proof;

import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.chain.ExportProof.Inclusion;
import dev.parley.schemas.chain.MerkleTree;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.ChainCheckpoint.Head;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Shows that a link is in a signed checkpoint, without the other conversations of it. */
@Component
public final class InclusionProofs {

    /** Signed heads of one conversation that are looked at; each is one interval's. */
    private static final int SIGNED_MAX = 10_000;

    private final CheckpointTable table;

    InclusionProofs(CheckpointTable table) {
        this.table = table;
    }

    /** A link, and the proof that it was signed. */
    public record Proven(long ordinal, Inclusion inclusion) {}

    /** Of the newest checkpoint that has a link of the conversation up to {@code lastOrdinal}. */
    public Optional<Proven> newest(String conversationId, long lastOrdinal) {
        return table.newestOf(conversationId, lastOrdinal)
                .flatMap(link -> table.find(link.number()).map(found -> proven(link, found)));
    }

    private static Proven proven(CheckpointTable.SignedLink link, ChainCheckpoint checkpoint) {
        return new Proven(
                link.ordinal(),
                new Inclusion(
                        checkpoint.statement(),
                        checkpoint.keyId(),
                        checkpoint.signature(),
                        link.leaf(),
                        MerkleTree.path(ChainSignatures.leaves(checkpoint.heads()), link.leaf())));
    }

    /** Heads that were signed of a conversation, the newest first. */
    public List<Head> signed(String conversationId) {
        return table.signedOf(conversationId, SIGNED_MAX);
    }
}
