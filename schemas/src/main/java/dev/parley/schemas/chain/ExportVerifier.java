package dev.parley.schemas.chain;

import dev.parley.schemas.chain.ChainWalk.Fault;
import dev.parley.schemas.chain.ExportChunk.Included;
import dev.parley.schemas.chain.ExportChunk.Run;
import dev.parley.schemas.chain.Verdict.Broken;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Checks a jsonl export with nothing but the file and what the verifier knows from elsewhere.
 * Chunks of whole lines are checked in parallel; the order of what they found is checked by one.
 */
public final class ExportVerifier {

    private static final int CHUNK_BYTES = 1 << 20;

    /** Longest line; a text of the longest answer fits many times. */
    private static final int LINE_BYTES_MAX = 1 << 28;

    private static final byte[] NOTE = "{\"export\":".getBytes(StandardCharsets.US_ASCII);

    private final Trust trust;
    private final int threads;

    private long lines;
    private long links;
    private long conversations;
    private @Nullable ChainWalk walk;
    private ConversationChain.Head from = ConversationChain.Head.START;
    private String lastSeal = ConversationChain.GENESIS;
    private List<Included> included = new ArrayList<>();
    private ExportProof.@Nullable Inclusion lastSigned;
    private final Set<String> ended = new HashSet<>();
    private final Set<String> keyIds = new TreeSet<>();
    private @Nullable Long newestCheckpoint;
    private @Nullable Broken broken;

    private ExportVerifier(Trust trust, int threads) {
        this.trust = trust;
        this.threads = threads;
    }

    /** Reads {@code export} to its first fault or its end; does not close it. */
    public static Verdict verify(InputStream export, Trust trust, int threads) throws IOException {
        return new ExportVerifier(trust, threads).run(export);
    }

    private Verdict run(InputStream export) throws IOException {
        String fault = trust.fault();
        if (fault != null) {
            broken = new Broken(0, null, -1, Fault.SIGNATURE, fault);
            return verdict();
        }
        try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
            Deque<Future<ExportChunk.Result>> running = new ArrayDeque<>();
            byte[] rest = withoutNote(export.readNBytes(CHUNK_BYTES));
            boolean more = true;
            while (broken == null && (more || !running.isEmpty())) {
                if (more && running.size() < 2 * threads) {
                    byte[] chunk = Arrays.copyOf(rest, Math.max(CHUNK_BYTES, 2 * rest.length));
                    int length =
                            rest.length
                                    + export.readNBytes(
                                            chunk, rest.length, chunk.length - rest.length);
                    more = length == chunk.length;
                    int whole = more ? afterLastLine(chunk, length) : length;
                    if (whole == 0 && more && length >= LINE_BYTES_MAX) {
                        throw new IOException("a line has more than " + LINE_BYTES_MAX + " bytes");
                    }
                    rest = Arrays.copyOfRange(chunk, whole, length);
                    if (whole > 0) {
                        running.add(
                                workers.submit(
                                        () -> new ExportChunk(trust.heads()).check(chunk, whole)));
                    }
                } else {
                    take(running.remove());
                }
            }
            workers.shutdownNow();
        }
        if (broken == null && walk != null) {
            broken(lines, Fault.TRUNCATED, "the signed end of the conversation is not there");
        }
        if (broken == null && links == 0) {
            broken(0, Fault.UNREADABLE, "there is no link in the file");
        }
        return verdict();
    }

    /** An export of many conversations begins with a line about itself, which proves nothing. */
    private byte[] withoutNote(byte[] beginning) {
        boolean note =
                beginning.length > NOTE.length
                        && Arrays.equals(beginning, 0, NOTE.length, NOTE, 0, NOTE.length);
        int to = 0;
        while (note && to < beginning.length && beginning[to] != '\n') {
            to++;
        }
        if (!note || to == beginning.length) {
            return beginning;
        }
        lines++;
        return Arrays.copyOfRange(beginning, to + 1, beginning.length);
    }

    private Verdict verdict() {
        return new Verdict(links, conversations, keyIds, trust.hasKeys(), newestCheckpoint, broken);
    }

    private static int afterLastLine(byte[] bytes, int length) {
        int end = length;
        while (end > 0 && bytes[end - 1] != '\n') {
            end--;
        }
        return end;
    }

    private void take(Future<ExportChunk.Result> future) throws IOException {
        ExportChunk.Result result;
        try {
            result = future.get();
        } catch (ExecutionException e) {
            throw new IOException("a chunk could not be checked", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        for (Run run : result.runs()) {
            if (broken == null) {
                take(run);
            }
        }
        ExportChunk.Broken found = result.broken();
        if (broken == null && found != null) {
            ChainWalk current = walk;
            broken =
                    new Broken(
                            lines + found.line() + 1,
                            found.conversationId() == null && current != null
                                    ? current.conversationId()
                                    : found.conversationId(),
                            found.ordinal() < 0 && current != null
                                    ? current.nextOrdinal()
                                    : found.ordinal(),
                            found.fault(),
                            detail(found.fault()));
        }
        lines += result.lines();
    }

    private void take(Run run) {
        long line = lines + run.line() + 1;
        ChainWalk current = walk;
        if (current == null) {
            if (ended.contains(run.conversationId())) {
                misplaced(line, run, "its conversation has ended before");
                return;
            }
            lastSeal = ConversationChain.GENESIS;
            if (run.firstOrdinal() > 0 && !sealHolds(run)) {
                broken =
                        new Broken(
                                line,
                                run.conversationId(),
                                0,
                                Fault.MISSING,
                                detail(Fault.MISSING));
                return;
            }
            // Whether a chain may begin later than at 0 is for its signed end to say.
            from = new ConversationChain.Head(run.firstOrdinal(), run.firstPrevHash());
            current = new ChainWalk(run.conversationId(), from);
            walk = current;
            included = new ArrayList<>();
        } else if (!current.conversationId().equals(run.conversationId())
                && run.firstOrdinal() == 0) {
            broken(line, Fault.TRUNCATED, "the signed end of the conversation is not there");
            return;
        }
        Fault fault =
                current.acceptRun(
                        run.conversationId(),
                        run.firstOrdinal(),
                        run.firstPrevHash(),
                        run.links(),
                        run.lastHash());
        if (fault != null) {
            if (fault == Fault.MISPLACED) {
                misplaced(line, run, detail(fault));
            } else {
                broken(line, fault, detail(fault));
            }
            return;
        }
        if (!sealHolds(run)) {
            broken =
                    new Broken(
                            line,
                            run.conversationId(),
                            run.firstOrdinal(),
                            Fault.TEXT,
                            detail(Fault.TEXT));
            return;
        }
        lastSeal = run.lastSeal();
        links += run.links();
        run.included()
                .forEach(found ->
                        included.add(
                                new Included(
                                        found.leaf(), found.proof(), lines + found.line() + 1)));
        if (run.head() != null) {
            end(line + run.links() - 1, current, run.head());
        }
    }

    private boolean sealHolds(Run run) {
        return run.firstSeal()
                .equals(
                        ExportProof.seal(
                                lastSeal,
                                run.firstHash(),
                                run.firstBetween().getBytes(StandardCharsets.ISO_8859_1)));
    }

    /** Checks what the conversation ends with, and everything that waited for its key. */
    private void end(long line, ChainWalk current, ExportProof.SignedHead head) {
        ExportProof.Statement statement = head.statement();
        long here = current.nextOrdinal() - from.nextOrdinal();
        if (!statement.conversationId().equals(current.conversationId())) {
            broken(line, Fault.SIGNATURE, "the signed end is another conversation's");
        } else if (statement.from() != from.nextOrdinal()
                || !statement.afterHash().equals(from.lastHash())) {
            broken(line, Fault.MISSING, "it was signed from link " + statement.from() + " on");
        } else if (statement.links() > here) {
            broken(line, Fault.TRUNCATED, statement.links() + " links were signed");
        } else if (statement.links() != here || !statement.headHash().equals(current.lastHash())) {
            broken(line, Fault.RESIGNED, "another end was signed");
        } else if (!statement.seal().equals(lastSeal)) {
            broken(line, Fault.TEXT, "other texts or positions were signed");
        } else if (trust.linksKnown(current.conversationId()) > current.nextOrdinal()) {
            broken(
                    line,
                    Fault.TRUNCATED,
                    "a checkpoint knows "
                            + trust.linksKnown(current.conversationId())
                            + " links of it");
        } else {
            signatures(line, head);
        }
        if (broken == null) {
            ended.add(current.conversationId());
            conversations++;
            walk = null;
        }
    }

    private void signatures(long line, ExportProof.SignedHead head) {
        PublicKey key = key(head.keyId(), head);
        if (key == null
                || !ChainSignatures.verifies(
                        key, ChainSignatures.EXPORT, head.statement(), head.signature())) {
            broken(line, Fault.SIGNATURE, "the end is not signed by " + whom());
            return;
        }
        keyIds.add(head.keyId());
        Long newest = null;
        for (Included link : included) {
            ExportProof.Inclusion proof = link.proof();
            PublicKey signer = key(proof.keyId(), head);
            if (signer == null || !isSigned(proof, signer)) {
                brokenLink(link, Fault.SIGNATURE, "its checkpoint is not signed by " + whom());
                return;
            }
            if (!includes(link)) {
                brokenLink(link, Fault.RESIGNED, "its checkpoint has another link there");
                return;
            }
            if (trust.contradicts(proof.statement())) {
                brokenLink(
                        link,
                        Fault.RESIGNED,
                        "the checkpoint that you have with this number is another");
                return;
            }
            keyIds.add(proof.keyId());
            newest =
                    newest == null
                            ? proof.statement().number()
                            : Long.valueOf(Math.max(newest, proof.statement().number()));
        }
        if (!java.util.Objects.equals(newest, head.statement().checkpoint())) {
            broken(line, Fault.SIGNATURE, "the checkpoint that was signed for is not there");
        } else if (newest != null) {
            newestCheckpoint =
                    newestCheckpoint == null ? newest : Math.max(newestCheckpoint, newest);
        }
    }

    /** Conversations that went on in the same seconds have one checkpoint. */
    private boolean isSigned(ExportProof.Inclusion proof, PublicKey signer) {
        ExportProof.Inclusion last = lastSigned;
        if (last != null
                && last.signature().equals(proof.signature())
                && last.keyId().equals(proof.keyId())
                && last.statement().equals(proof.statement())) {
            return true;
        }
        boolean signed =
                ChainSignatures.verifies(
                        signer, ChainSignatures.CHECKPOINT, proof.statement(), proof.signature());
        if (signed) {
            lastSigned = proof;
        }
        return signed;
    }

    private static boolean includes(Included link) {
        ExportProof.Inclusion proof = link.proof();
        try {
            return MerkleTree.includes(
                    proof.statement().root(),
                    ChainSignatures.canonical(link.leaf()),
                    proof.index(),
                    proof.statement().conversations(),
                    proof.path());
        } catch (IllegalArgumentException e) {
            return false; // a hash that is no hex
        }
    }

    /** A known key; where none is known, the one that the export names itself. */
    private @Nullable PublicKey key(String keyId, ExportProof.SignedHead head) {
        if (trust.hasKeys()) {
            return trust.key(keyId);
        }
        try {
            PublicKey own = ChainSignatures.publicKey(head.publicKey());
            return ChainSignatures.keyId(own).equals(keyId) ? own : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private String whom() {
        return trust.hasKeys() ? "a key that you gave" : "the key that the file names";
    }

    private void misplaced(long line, Run run, String detail) {
        broken =
                new Broken(line, run.conversationId(), run.firstOrdinal(), Fault.MISPLACED, detail);
    }

    private void brokenLink(Included link, Fault fault, String detail) {
        broken =
                new Broken(
                        link.line(),
                        link.leaf().conversationId(),
                        link.leaf().ordinal(),
                        fault,
                        detail);
    }

    private void broken(long line, Fault fault, String detail) {
        ChainWalk current = walk;
        broken =
                new Broken(
                        line,
                        current == null ? null : current.conversationId(),
                        current == null ? -1 : current.nextOrdinal(),
                        fault,
                        detail);
    }

    private static String detail(Fault fault) {
        return switch (fault) {
            case UNREADABLE -> "it is no line of an export";
            case CHANGED -> "its hash is not the hash of what it says";
            case MISSING -> "links before it are not there";
            case FORKED -> "its number has been before";
            case MISPLACED -> "it does not follow the link before it";
            case TRUNCATED -> "the chain goes on after it";
            case RESIGNED -> "a checkpoint has another link with this number";
            case TEXT -> "what stands beside the link is not what was exported";
            case SIGNATURE -> "what it is signed with cannot be read";
        };
    }
}
