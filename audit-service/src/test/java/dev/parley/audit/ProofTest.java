package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.chain.ChainWalk.Fault;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.chain.ExportVerifier;
import dev.parley.schemas.chain.Trust;
import dev.parley.schemas.chain.Verdict;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.TurnRecord;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checkpoints, exports that prove themselves, and the chain of the policy. */
class ProofTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String AUDITOR = Tokens.of("the-auditor", "auditor");

    private final String user = newUser();
    private final String conversation = newId();

    @Test
    void signsWhereAConversationStandsAndAnExportProvesIt() throws IOException {
        LOG.exchange(user, conversation, null, "Is this \"proof\"?", "Grüße 😀");
        List<ChainCheckpoint> kept = signed(1);
        List<PublicKey> keys = keys();

        Verdict verdict = verify(export(), Trust.of(keys, kept));

        assertThat(verdict.firstBroken()).isNull();
        assertThat(verdict.links()).isEqualTo(3);
        assertThat(verdict.newestCheckpoint()).isEqualTo(kept.getFirst().statement().number());
        assertThat(verdict.keysKnown()).isTrue();
    }

    @Test
    void showsThatAStoreWasTruncatedThatItselfSeesNoFault() throws IOException {
        LOG.exchange(user, conversation, null, "One", "1");
        LOG.exchange(user, conversation, null, "Two", "2");
        List<ChainCheckpoint> kept = signed(1);
        // Somebody with every right on the database makes the last answer unsaid.
        AUDIT.database()
                .sql("DELETE FROM links WHERE conversation_id = ? AND ordinal >= 3")
                .param(conversation)
                .update();
        AUDIT.database()
                .sql(
                        "UPDATE conversations SET links = 3, max_ordinal = 2, messages = 1"
                                + " WHERE id = ?")
                .param(conversation)
                .update();

        Verdict.Broken offline = verify(export(), Trust.of(keys(), kept)).firstBroken();
        JsonNode online =
                AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation + "/verify");

        assertThat(offline.reason()).isEqualTo(Fault.TRUNCATED);
        assertThat(online.at("/first_broken/reason").stringValue()).isEqualTo("truncated");
        AUDIT.database()
                .sql("DELETE FROM checkpoint_heads WHERE conversation_id = ?")
                .param(conversation)
                .update();
        assertThat(
                        AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation + "/verify")
                                .path("ok")
                                .booleanValue())
                .isTrue();
        assertThat(verify(export(), Trust.of(keys(), kept)).firstBroken().reason())
                .isEqualTo(Fault.TRUNCATED);
    }

    @Test
    void namesALinkThatASignedCheckpointHasOtherwise() {
        LOG.exchange(user, conversation, null, "One", "1");
        signed(1);
        List<TurnRecord> forged = new ArrayList<>();
        LogWriter writer = LOG;
        ConversationChain.Head head = ConversationChain.Head.START;
        String message = newId();
        for (TurnRecord.Body body :
                List.of(
                        writer.userTurn(user, message, null, null, "Other"),
                        writer.assistantTurn(user, message, "words"),
                        writer.charge(message))) {
            TurnRecord link =
                    ConversationChain.link(
                            head,
                            conversation,
                            user,
                            "blue",
                            "user",
                            Instant.now().truncatedTo(ChronoUnit.MICROS),
                            body);
            head = ConversationChain.after(link);
            forged.add(link);
        }
        for (TurnRecord link : forged) {
            AUDIT.database()
                    .sql(
                            "UPDATE links SET record = ?, hash = ?"
                                    + " WHERE conversation_id = ? AND ordinal = ?")
                    .params(
                            List.of(
                                    Json.writeText(link),
                                    link.hash(),
                                    conversation,
                                    link.ordinal()))
                    .update();
        }

        JsonNode verdict =
                AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation + "/verify");

        assertThat(verdict.at("/first_broken/reason").stringValue()).isEqualTo("resigned");
    }

    @Test
    void neverSignsOverALinkThatWasAlteredAndRaisesAnAlarm() throws SQLException {
        LOG.exchange(user, conversation, null, "One", "1");
        signed(1);
        List<Long> heads = heads();
        double before = refused("changed");
        String sound = newId();
        try (Connection turn = AUDIT.bean(DataSource.class).getConnection();
                Statement sql = turn.createStatement()) {
            // Nobody signs while this has the turn.
            turn.setAutoCommit(false);
            sql.execute("SELECT pg_advisory_xact_lock(hashtext('parley/checkpoints'))");
            LOG.exchange(user, conversation, null, "Two", "2");
            LOG.exchange(user, sound, null, "Three", "3");
            SURROUNDINGS.conversation(user, sound, 1);
            SURROUNDINGS.conversation(user, conversation, 2);
            alter("\"entrance\":\"ws\"", "\"entrance\":\"xx\"");
            turn.rollback();
        }

        SURROUNDINGS.eventually(
                AUDITOR,
                "/api/audit/checkpoints?conversation_id=" + sound,
                found -> found.path("items").size() == 1);
        Awaitility.await("the alarm")
                .atMost(Surroundings.PATIENCE)
                .until(() -> refused("changed") > before);
        assertThat(heads()).isEqualTo(heads).endsWith(2L);

        // It goes on, and what is wrong is still before it.
        LOG.exchange(user, conversation, null, "Four", "4");
        Awaitility.await("the alarm again")
                .atMost(Surroundings.PATIENCE)
                .until(() -> refused("changed") > before + 1);
        assertThat(heads()).isEqualTo(heads);

        // As it was again, it is signed when it goes on.
        alter("\"entrance\":\"xx\"", "\"entrance\":\"ws\"");
        LOG.exchange(user, conversation, null, "Five", "5");
        SURROUNDINGS.eventually(
                AUDITOR,
                "/api/audit/checkpoints?conversation_id=" + conversation,
                found -> found.path("items").size() > heads.size());
        assertThat(heads().getLast()).isGreaterThan(5L);
    }

    /** Of the question that came second. */
    private void alter(String was, String is) {
        AUDIT.database()
                .sql(
                        "UPDATE links SET record = replace(record, ?, ?)"
                                + " WHERE conversation_id = ? AND ordinal = 3")
                .params(List.of(was, is, conversation))
                .update();
    }

    private List<Long> heads() {
        return AUDIT.database()
                .sql(
                        "SELECT ordinal FROM checkpoint_heads WHERE conversation_id = ?"
                                + " ORDER BY number")
                .param(conversation)
                .query(Long.class)
                .list();
    }

    private static double refused(String reason) {
        return AUDIT.management("/actuator/prometheus")
                .body()
                .lines()
                .filter(line ->
                        line.startsWith("parley_proof_refused_total")
                                && line.contains("reason=\"" + reason + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void publishesCheckpointsInAChain() {
        LOG.exchange(user, conversation, null, "One", "1");
        signed(1);
        LOG.exchange(user, conversation, null, "Two", "2");
        signed(2);

        JsonNode page = AUDIT.json(AUDITOR, "/api/audit/checkpoints?limit=2");

        assertThat(page.at("/items/0/statement/prev_hash").stringValue())
                .isEqualTo(page.at("/items/1/hash").stringValue());
        assertThat(page.path("next").isString() || page.path("next").isNull()).isTrue();
        long number = page.at("/items/0/statement/number").longValue();
        assertThat(AUDIT.json(AUDITOR, "/api/audit/checkpoints/" + number).path("heads").size())
                .isEqualTo(page.at("/items/0/statement/conversations").intValue());
        assertThat(AUDIT.get(Tokens.of(user, "user"), "/api/audit/checkpoints").statusCode())
                .isEqualTo(403);
        assertThat(AUDIT.get(AUDITOR, "/api/audit/checkpoints/999999999").statusCode())
                .isEqualTo(404);
    }

    @Test
    void keepsTheChainOfThePolicysChanges() {
        AUDIT.database().sql("DELETE FROM policy_changes").update();
        String actor = newUser();
        String hash = ConversationChain.GENESIS;
        for (int i = 0; i < 3; i++) {
            ObjectNode change =
                    (ObjectNode)
                            Json.tree(
                                    Json.write(
                                            new PolicyChange(
                                                    i,
                                                    "change-" + i,
                                                    actor,
                                                    "update",
                                                    "role/user",
                                                    null,
                                                    Json.tree(
                                                            "{\"cost_per_day\":2.50}"
                                                                    .getBytes(
                                                                            StandardCharsets
                                                                                    .UTF_8)),
                                                    Instant.now().truncatedTo(ChronoUnit.MICROS),
                                                    hash,
                                                    "")));
            hash = ConversationChain.hash(change);
            change.put("hash", hash);
            LOG.send(Topic.POLICY_CHANGES.topicName(), "role/user", Json.write(change));
        }

        JsonNode page =
                SURROUNDINGS.eventually(
                        AUDITOR,
                        "/api/audit/policy-changes?subject=role/user&actor=" + actor,
                        found -> found.path("items").size() == 3);

        assertThat(page.at("/items/0/ordinal").intValue()).isEqualTo(2);
        assertThat(page.at("/items/0/after/cost_per_day").decimalValue())
                .isEqualByComparingTo("2.5");
        JsonNode whole = AUDIT.json(AUDITOR, "/api/audit/policy-changes/verify");
        assertThat(whole.path("ok").booleanValue()).as(whole.toString()).isTrue();
        assertThat(whole.path("head_hash").stringValue()).isEqualTo(hash);
        AUDIT.database()
                .sql(
                        "UPDATE policy_changes SET record = replace(record, '2.5', '25') WHERE ordinal = 1")
                .update();
        JsonNode broken = AUDIT.json(AUDITOR, "/api/audit/policy-changes/verify");
        assertThat(broken.at("/first_broken/reason").stringValue()).isEqualTo("changed");
        assertThat(broken.at("/first_broken/ordinal").intValue()).isEqualTo(1);
        assertThat(AUDIT.get(Tokens.of(user, "user"), "/api/audit/policy-changes").statusCode())
                .isEqualTo(403);
    }

    @Test
    void storesAWordOnAToolCall() {
        String message = newId();
        LOG.link(user, conversation, LOG.userTurn(user, message, null, null, "Use it"));
        LOG.link(
                user,
                conversation,
                new TurnRecord.ApprovalTurn(
                        message, "c-1", "everything", "echo", "denied", user, Instant.now()));
        LOG.link(user, conversation, LOG.assistantTurn(user, message, "No"));
        SURROUNDINGS.conversation(user, conversation, 1);

        assertThat(
                        AUDIT.database()
                                .sql(
                                        "SELECT decision || ' ' || tool || ' ' || decided_by"
                                                + " FROM approvals WHERE message_id = ?")
                                .param(message)
                                .query(String.class)
                                .single())
                .isEqualTo("denied echo " + user);
    }

    /** The conversation's checkpoints with their heads, once there are so many. */
    private List<ChainCheckpoint> signed(int checkpoints) {
        JsonNode page =
                SURROUNDINGS.eventually(
                        AUDITOR,
                        "/api/audit/checkpoints?heads=true&conversation_id=" + conversation,
                        found -> found.path("items").size() >= checkpoints && covers(found));
        List<ChainCheckpoint> found = new ArrayList<>();
        page.path("items")
                .forEach(item -> found.add(Json.read(Json.write(item), ChainCheckpoint.class)));
        return found;
    }

    /** Whether the newest one has every link that the store has. */
    private boolean covers(JsonNode page) {
        long stored =
                AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation)
                        .path("links")
                        .asLong(0);
        for (JsonNode head : page.at("/items/0/heads")) {
            if (head.path("conversation_id").stringValue().equals(conversation)) {
                return stored % 3 == 0 && head.path("ordinal").longValue() + 1 == stored;
            }
        }
        return false;
    }

    private static List<PublicKey> keys() {
        List<PublicKey> keys = new ArrayList<>();
        AUDIT.json(AUDITOR, "/api/audit/checkpoints/keys")
                .path("items")
                .forEach(item ->
                        keys.add(ChainSignatures.publicKey(item.path("public_key").stringValue())));
        return keys;
    }

    private String export() {
        return AUDIT.get(
                        Tokens.of(user, "user"),
                        "/api/conversations/" + conversation + "/export?format=jsonl")
                .body();
    }

    private static Verdict verify(String export, Trust trust) throws IOException {
        return ExportVerifier.verify(
                new ByteArrayInputStream(export.getBytes(StandardCharsets.UTF_8)), trust, 2);
    }
}
