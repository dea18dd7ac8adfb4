package dev.parley.schemas.chain;

import dev.parley.schemas.chain.ChainWalk.Fault;
import dev.parley.schemas.record.ChainCheckpoint;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Checks whole lines of an export among themselves: each link's hash, and within a run of links
 * that follow one another each tie and each seal. How runs follow one another is for who sees all
 * chunks.
 */
final class ExportChunk {

    static final int HEX_CHARS = 64;

    /**
     * Links of one conversation that hold among themselves.
     *
     * @param line of its first link, from 0 within the chunk
     * @param firstHash of its first link, whose seal is still to be checked
     * @param firstBetween what the first seal covers
     * @param head at its last line; a run that has one ends there
     */
    record Run(
            long line,
            String conversationId,
            long firstOrdinal,
            String firstPrevHash,
            String firstHash,
            String firstBetween,
            String firstSeal,
            long links,
            String lastHash,
            String lastSeal,
            List<Included> included,
            ExportProof.@Nullable SignedHead head) {}

    /** A link that says that a checkpoint has it. */
    record Included(ChainCheckpoint.Head leaf, ExportProof.Inclusion proof, long line) {}

    /** What was found, up to the first fault. */
    record Result(long lines, List<Run> runs, @Nullable Broken broken) {}

    /** A line that is wrong in itself or after the line before it. */
    record Broken(long line, @Nullable String conversationId, long ordinal, Fault fault) {}

    private final Map<String, Map<Long, ChainCheckpoint.Head>> signed;
    private final ExportLine line = new ExportLine();
    private final List<Run> runs = new ArrayList<>();
    private long lines;
    private @Nullable Broken broken;

    // Of the run in hand.
    private byte[] conversation = new byte[0];
    private final byte[] lastHash = new byte[HEX_CHARS];
    private final byte[] hash = new byte[HEX_CHARS];
    private final byte[] lastSeal = new byte[HEX_CHARS];
    private long nextOrdinal;
    private @Nullable Run open;
    private @Nullable Map<Long, ChainCheckpoint.Head> signedHere;
    private List<Included> included = new ArrayList<>();

    /**
     * @param signed what checkpoints that the verifier holds say, by conversation and ordinal
     */
    ExportChunk(Map<String, Map<Long, ChainCheckpoint.Head>> signed) {
        this.signed = signed;
    }

    /** Of lines that are whole. */
    Result check(byte[] bytes, int length) {
        int from = 0;
        while (from < length && broken == null) {
            int to = from;
            while (to < length && bytes[to] != '\n') {
                to++;
            }
            int last = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
            if (last > from) {
                check(bytes, from, last);
            }
            lines++;
            from = to + 1;
        }
        closeRun(null);
        return new Result(lines, List.copyOf(runs), broken);
    }

    private void check(byte[] bytes, int from, int to) {
        if (!line.read(bytes, from, to)) {
            broken(null, -1, Fault.UNREADABLE);
            return;
        }
        long ordinal = line.ordinal();
        if (!line.isSelfConsistent()) {
            broken(line.conversationId(), ordinal, Fault.CHANGED);
            return;
        }
        if (!line.hasSeal()) {
            broken(line.conversationId(), ordinal, Fault.TEXT);
            return;
        }
        line.copyHash(hash);
        boolean goesOn =
                open != null
                        && ordinal == nextOrdinal
                        && line.isOf(conversation)
                        && line.follows(lastHash);
        if (!goesOn) {
            closeRun(null);
            openRun(ordinal);
        } else if (!line.sealFollows(lastSeal, hash)) {
            broken(line.conversationId(), ordinal, Fault.TEXT);
            return;
        }
        System.arraycopy(hash, 0, lastHash, 0, HEX_CHARS);
        line.copySeal(lastSeal);
        nextOrdinal = ordinal + 1;
        checkpoints(ordinal);
        if (line.hasHead() && broken == null) {
            ExportProof.SignedHead head = line.head();
            if (head == null) {
                broken(line.conversationId(), ordinal, Fault.SIGNATURE);
            } else {
                closeRun(head);
            }
        }
    }

    private void openRun(long ordinal) {
        String id = line.conversationId();
        conversation = id.getBytes(StandardCharsets.UTF_8);
        signedHere = signed.get(id);
        included = new ArrayList<>();
        line.copySeal(lastSeal);
        open =
                new Run(
                        lines,
                        id,
                        ordinal,
                        line.prevHash(),
                        line.hash(),
                        line.between(),
                        text(lastSeal),
                        0,
                        "",
                        "",
                        List.of(),
                        null);
    }

    private void closeRun(ExportProof.@Nullable SignedHead head) {
        if (open != null) {
            runs.add(
                    new Run(
                            open.line(),
                            open.conversationId(),
                            open.firstOrdinal(),
                            open.firstPrevHash(),
                            open.firstHash(),
                            open.firstBetween(),
                            open.firstSeal(),
                            nextOrdinal - open.firstOrdinal(),
                            text(lastHash),
                            text(lastSeal),
                            List.copyOf(included),
                            head));
            open = null;
        }
    }

    private void checkpoints(long ordinal) {
        ChainCheckpoint.Head known = signedHere == null ? null : signedHere.get(ordinal);
        if (known == null && !line.hasCheckpoint()) {
            return;
        }
        ExportProof.Position position = line.position();
        if (known != null && !known.hash().equals(line.hash())) {
            broken(line.conversationId(), ordinal, Fault.RESIGNED);
            return;
        }
        if (known != null
                && (position == null
                        || position.partition() != known.partition()
                        || position.offset() != known.offset())) {
            broken(line.conversationId(), ordinal, Fault.TEXT);
            return;
        }
        if (!line.hasCheckpoint()) {
            return;
        }
        ExportProof.Inclusion proof = line.checkpoint();
        if (proof == null || position == null) {
            broken(line.conversationId(), ordinal, Fault.SIGNATURE);
            return;
        }
        included.add(
                new Included(
                        new ChainCheckpoint.Head(
                                line.conversationId(),
                                ordinal,
                                line.hash(),
                                position.partition(),
                                position.offset()),
                        proof,
                        lines));
    }

    private void broken(@Nullable String conversationId, long ordinal, Fault fault) {
        broken = new Broken(lines, conversationId, ordinal, fault);
    }

    private static String text(byte[] ascii) {
        return new String(ascii, StandardCharsets.ISO_8859_1);
    }
}
