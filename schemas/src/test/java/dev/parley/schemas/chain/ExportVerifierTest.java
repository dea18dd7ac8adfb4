package dev.parley.schemas.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ChainWalk.Fault;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.TurnRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.node.ObjectNode;

/** Every kind of tampering, each named at the first link that it touches. */
class ExportVerifierTest {

    private static final List<TurnRecord> LINKS = SampleExport.links("conversation-a", 6);
    private static final List<TurnRecord> OTHERS = SampleExport.links("conversation-b", 4);
    private static final ChainCheckpoint CHECKPOINT =
            SampleExport.checkpoint(
                    SampleExport.KEY,
                    0,
                    ConversationChain.GENESIS,
                    List.of(LINKS.get(3), OTHERS.getLast()));
    private static final Trust NOTHING_KNOWN = Trust.of(List.of(), List.of());
    private static final Trust KEY_KNOWN =
            Trust.of(List.of(SampleExport.KEY.getPublic()), List.of());

    private final List<String> lines =
            new ArrayList<>(SampleExport.lines(SampleExport.KEY, LINKS, CHECKPOINT));

    @Test
    void takesWhatNobodyTouched() {
        lines.addAll(SampleExport.lines(SampleExport.KEY, OTHERS, CHECKPOINT));

        Verdict verdict = verdict(KEY_KNOWN);

        assertThat(verdict.firstBroken()).isNull();
        assertThat(verdict.links()).isEqualTo(10);
        assertThat(verdict.conversations()).isEqualTo(2);
        assertThat(verdict.newestCheckpoint()).isZero();
        assertThat(verdict.keysKnown()).isTrue();
        assertThat(verdict.keyIds())
                .containsExactly(ChainSignatures.keyId(SampleExport.KEY.getPublic()));
    }

    @Test
    void passesOverTheLineAboutAnExportOfManyConversationsAtItsBeginningAlone() {
        String note = "{\"export\":{\"note\":\"made\"}}\n";
        lines.addFirst(note);
        assertThat(verdict(KEY_KNOWN).firstBroken()).isNull();
        assertThat(verdict(KEY_KNOWN).links()).isEqualTo(6);

        lines.add(3, note);
        broken(KEY_KNOWN, 4, 2, Fault.UNREADABLE);
        lines.remove(3);
        lines.remove(3);
        broken(KEY_KNOWN, 4, 2, Fault.MISSING);
    }

    @ParameterizedTest
    @CsvSource({
        "0, entrance\":\"ws, entrance\":\"sse, CHANGED",
        "1, 0.00125, 0.00124, CHANGED",
        "2, c2VhbGVk, c2VhbGVl, CHANGED",
        "3, Grüße, Gruesse, TEXT",
        "4, \"offset\":104, \"offset\":105, TEXT",
        "5, user-1, user-2, CHANGED",
    })
    void namesALinkThatWasChanged(int line, String was, String is, Fault fault) {
        lines.set(line, lines.get(line).replaceFirst(was, is));

        broken(KEY_KNOWN, line + 1, line, fault);
    }

    @Test
    void namesTheLinkAfterOneThatWasChangedAndHashedAgain() {
        TurnRecord link = LINKS.get(2);
        ObjectNode changed = (ObjectNode) Json.tree(Json.write(link));
        changed.put("user_id", "somebody else");
        changed.put("hash", ConversationChain.hash(changed));
        lines.set(2, lines.get(2).replace(Json.writeText(link), Json.writeText(changed)));

        // Its own seal covers the hash, so the very line is named.
        broken(KEY_KNOWN, 3, 2, Fault.TEXT);
    }

    @ParameterizedTest
    @CsvSource({"0, MISSING", "1, MISSING", "4, MISSING"})
    void namesTheFirstLinkThatWasDropped(int line, Fault fault) {
        lines.remove(line);

        broken(KEY_KNOWN, line + 1, line, fault);
    }

    @Test
    void namesALinkThatWasInserted() {
        lines.add(3, lines.get(2));

        broken(KEY_KNOWN, 4, 3, Fault.FORKED);
    }

    @Test
    void namesTheFirstLinkThatWasReordered() {
        lines.add(1, lines.remove(3));

        broken(KEY_KNOWN, 2, 1, Fault.MISSING);
    }

    @ParameterizedTest
    @CsvSource({"1", "3", "5"})
    void namesTheEndOfAChainThatWasTruncated(int kept) {
        lines.subList(kept, lines.size()).clear();

        broken(NOTHING_KNOWN, kept, kept, Fault.TRUNCATED);
    }

    @Test
    void namesALinkThatWasSwappedWithAnotherConversations() {
        List<String> others = SampleExport.lines(SampleExport.KEY, OTHERS, CHECKPOINT);
        String mine = lines.get(2);
        lines.set(2, others.get(2));
        others.set(2, mine);
        lines.addAll(others);

        Verdict.Broken broken = verdict(KEY_KNOWN).firstBroken();

        assertThat(broken.reason()).isEqualTo(Fault.MISPLACED);
        assertThat(broken.line()).isEqualTo(3);
        assertThat(broken.conversationId()).isEqualTo("conversation-b");
    }

    @Test
    void knowsAHeadThatWasSignedAgainByWhomItIsSigned() {
        List<String> shorter =
                SampleExport.lines(SampleExport.OTHER_KEY, LINKS.subList(0, 4), null);
        lines.clear();
        lines.addAll(shorter);

        assertThat(verdict(NOTHING_KNOWN).isOk()).isTrue();
        assertThat(verdict(NOTHING_KNOWN).keysKnown()).isFalse();
        broken(KEY_KNOWN, 4, 4, Fault.SIGNATURE);
    }

    @Test
    void knowsAHeadThatTheOperatorSignedAgainByTheCheckpointsThatWereKept() {
        ChainCheckpoint later =
                SampleExport.checkpoint(
                        SampleExport.KEY,
                        1,
                        ChainSignatures.hash(CHECKPOINT.statement()),
                        List.of(LINKS.getLast()));
        Trust kept = Trust.of(List.of(SampleExport.KEY.getPublic()), List.of(later, CHECKPOINT));
        assertThat(verdict(kept).isOk()).isTrue();

        lines.clear();
        lines.addAll(SampleExport.lines(SampleExport.KEY, LINKS.subList(0, 4), CHECKPOINT));

        assertThat(verdict(KEY_KNOWN).isOk()).isTrue();
        broken(kept, 4, 4, Fault.TRUNCATED);
    }

    @Test
    void knowsAChainThatWasMadeAnewByTheCheckpointsThatWereKept() {
        List<TurnRecord> forged = SampleExport.links("conversation-a", 2);
        List<TurnRecord> more = new ArrayList<>(forged);
        ConversationChain.Head head = ConversationChain.after(forged.getLast());
        for (int i = 0; i < 4; i++) {
            TurnRecord link =
                    ConversationChain.link(
                            head,
                            "conversation-a",
                            "user-1",
                            null,
                            "user",
                            SampleExport.AT,
                            LINKS.get(i).body());
            head = ConversationChain.after(link);
            more.add(link);
        }
        lines.clear();
        lines.addAll(SampleExport.lines(SampleExport.KEY, more, null));

        assertThat(verdict(KEY_KNOWN).isOk()).isTrue();
        broken(
                Trust.of(List.of(SampleExport.KEY.getPublic()), List.of(CHECKPOINT)),
                4,
                3,
                Fault.RESIGNED);
    }

    @Test
    void misBelievesACheckpointThatIsNotTheOneThatWasKept() {
        ChainCheckpoint other =
                SampleExport.checkpoint(
                        SampleExport.KEY, 0, ConversationChain.GENESIS, List.of(OTHERS.getFirst()));

        broken(
                Trust.of(List.of(SampleExport.KEY.getPublic()), List.of(other)),
                4,
                3,
                Fault.RESIGNED);
    }

    @ParameterizedTest
    @CsvSource({"statement", "heads", "signature", "chain"})
    void doesNotUseCheckpointsThatWereTouched(String what) {
        ChainCheckpoint touched =
                switch (what) {
                    case "statement" ->
                            new ChainCheckpoint(
                                    new ChainCheckpoint.Statement(
                                            0,
                                            SampleExport.AT,
                                            2,
                                            "0".repeat(64),
                                            ConversationChain.GENESIS),
                                    CHECKPOINT.keyId(),
                                    CHECKPOINT.signature(),
                                    List.of());
                    case "heads" ->
                            new ChainCheckpoint(
                                    CHECKPOINT.statement(),
                                    CHECKPOINT.keyId(),
                                    CHECKPOINT.signature(),
                                    CHECKPOINT.heads().reversed());
                    case "signature" ->
                            SampleExport.checkpoint(
                                    SampleExport.OTHER_KEY,
                                    0,
                                    ConversationChain.GENESIS,
                                    List.of(LINKS.get(3)));
                    default ->
                            SampleExport.checkpoint(
                                    SampleExport.KEY, 0, "1".repeat(64), List.of(LINKS.get(3)));
                };

        Verdict verdict =
                verdict(Trust.of(List.of(SampleExport.KEY.getPublic()), List.of(touched)));

        assertThat(verdict.firstBroken().line()).isZero();
        assertThat(verdict.firstBroken().reason()).isEqualTo(Fault.SIGNATURE);
    }

    @Test
    void missesNoPartOfTheProof() {
        touch(5, line -> line.replaceFirst(",\"head\":.*}\n", "}\n"));
        broken(NOTHING_KNOWN, 6, 6, Fault.TRUNCATED);
    }

    @Test
    void missesTheCheckpointThatTheEndSpeaksOf() {
        lines.clear();
        lines.addAll(SampleExport.lines(SampleExport.KEY, LINKS, null));
        String without = lines.get(3);
        List<String> with = SampleExport.lines(SampleExport.KEY, LINKS, CHECKPOINT);
        with.set(3, without);
        lines.clear();
        lines.addAll(with);

        // The seal of the line after covers the seal of this one.
        broken(KEY_KNOWN, 5, 4, Fault.TEXT);
    }

    @ParameterizedTest
    @CsvSource({"not JSON", "[]", "{}", "{\"link\":{}}", "{\"link\":{\"hash\":1}"})
    void namesALineThatIsNone(String line) {
        lines.set(1, line + "\n");

        broken(KEY_KNOWN, 2, 1, Fault.UNREADABLE, Fault.CHANGED);
    }

    @Test
    void findsNothingInAnEmptyFile() {
        lines.clear();

        assertThat(verdict(NOTHING_KNOWN).isOk()).isFalse();
    }

    @Test
    void followsAChainAcrossPieces() throws IOException {
        List<TurnRecord> many = SampleExport.links("long", 4_000);
        lines.clear();
        lines.addAll(SampleExport.lines(SampleExport.KEY, many, null));
        assertThat(verdict(KEY_KNOWN).links()).isEqualTo(4_000);

        lines.set(3_500, lines.get(3_500).replaceFirst("user-1", "user-2"));
        broken(KEY_KNOWN, 3_501, 3_500, Fault.CHANGED);
        lines.remove(3_000);
        broken(KEY_KNOWN, 3_001, 3_000, Fault.MISSING);
    }

    private void touch(int line, UnaryOperator<String> change) {
        lines.set(line, change.apply(lines.get(line)));
    }

    private void broken(Trust trust, long line, long ordinal, Fault... faults) {
        Verdict.Broken broken = verdict(trust).firstBroken();
        assertThat(broken).isNotNull();
        assertThat(broken.reason()).as(broken.toString()).isIn((Object[]) faults);
        assertThat(broken.line()).as(broken.toString()).isEqualTo(line);
        assertThat(broken.ordinal()).as(broken.toString()).isIn(ordinal, -1L);
    }

    private Verdict verdict(Trust trust) {
        byte[] file = String.join("", lines).getBytes(StandardCharsets.UTF_8);
        try {
            return ExportVerifier.verify(new ByteArrayInputStream(file), trust, 2);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
