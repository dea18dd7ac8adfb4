package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
import java.math.BigDecimal;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Conversations, a checkpoint over some of their links, and their exports. */
final class SampleExport {

    static final KeyPair KEY = ChainSignatures.keyPair(seed(1));
    static final KeyPair OTHER_KEY = ChainSignatures.keyPair(seed(2));
    static final Instant AT = Instant.parse("2026-11-25T10:00:00Z");

    private SampleExport() {}

    static byte[] seed(int fill) {
        byte[] seed = new byte[ChainSignatures.SEED_BYTES];
        Arrays.fill(seed, (byte) fill);
        return seed;
    }

    static List<TurnRecord> links(String conversation, int count) {
        List<TurnRecord> links = new ArrayList<>();
        ConversationChain.Head head = ConversationChain.Head.START;
        for (int i = 0; i < count; i++) {
            TurnRecord link =
                    ConversationChain.link(
                            head,
                            conversation,
                            "user-1",
                            "blue",
                            "user",
                            AT.plusSeconds(i),
                            body(conversation, i));
            head = ConversationChain.after(link);
            links.add(link);
        }
        return links;
    }

    private static TurnRecord.Body body(String conversation, int i) {
        String message = conversation + "/" + i / 2;
        return i % 2 == 0
                ? new TurnRecord.UserTurn(
                        message, null, null, "client-" + i, sealed(i), "demo", "ws", AT)
                : new TurnRecord.AssistantTurn(
                        message,
                        sealed(i),
                        "stop",
                        "demo",
                        new TokenUsage(10, 20, 0, false),
                        new BigDecimal("0.00125"),
                        0,
                        List.of(),
                        1,
                        1,
                        AT,
                        AT,
                        AT,
                        "worker-1");
    }

    private static SealedText sealed(int i) {
        return new SealedText("key-1", "c2VhbGVk".repeat(20) + i);
    }

    static ChainCheckpoint checkpoint(
            KeyPair key, long number, String prevHash, List<TurnRecord> heads) {
        List<ChainCheckpoint.Head> leaves = heads.stream().map(SampleExport::leaf).toList();
        var statement =
                new ChainCheckpoint.Statement(
                        number,
                        AT,
                        leaves.size(),
                        MerkleTree.root(ChainSignatures.leaves(leaves)),
                        prevHash);
        return new ChainCheckpoint(
                statement,
                ChainSignatures.keyId(key.getPublic()),
                ChainSignatures.sign(key, ChainSignatures.CHECKPOINT, statement),
                leaves);
    }

    private static ChainCheckpoint.Head leaf(TurnRecord link) {
        return new ChainCheckpoint.Head(
                link.conversationId(), link.ordinal(), link.hash(), 3, 100 + link.ordinal());
    }

    /** Lines, with the checkpoint's proof at whichever link it has. */
    static List<String> lines(KeyPair key, List<TurnRecord> links, ChainCheckpoint checkpoint) {
        ChainExport export = new ChainExport(links.getFirst().conversationId());
        List<String> lines = new ArrayList<>();
        Long covered = null;
        for (TurnRecord link : links) {
            StringBuilder beside = new StringBuilder();
            beside.append(",\"text\":{\"text\":\"Grüße \\\"")
                    .append(link.ordinal())
                    .append("\\\"\"},\"position\":{\"partition\":3,\"offset\":")
                    .append(100 + link.ordinal())
                    .append('}');
            int index = checkpoint == null ? -1 : checkpoint.heads().indexOf(leaf(link));
            if (index >= 0) {
                covered = checkpoint.statement().number();
                beside.append(",\"checkpoint\":")
                        .append(
                                Json.writeText(
                                        new ExportProof.Inclusion(
                                                checkpoint.statement(),
                                                checkpoint.keyId(),
                                                checkpoint.signature(),
                                                index,
                                                MerkleTree.path(
                                                        ChainSignatures.leaves(checkpoint.heads()),
                                                        index))));
            }
            String line = export.line(Json.writeText(link), link.hash(), beside.toString());
            lines.add(
                    line
                            + (link == links.getLast()
                                    ? export.ends(key, AT, covered)
                                    : ChainExport.goesOn()));
        }
        return lines;
    }
}
