package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.chain.ExportVerifier;
import dev.parley.schemas.chain.Trust;
import dev.parley.schemas.chain.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Exports of many conversations as jobs. */
class BulkExportTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String AUDITOR = Tokens.of("the-auditor", "auditor");

    private final String user = newUser();

    @Test
    void jsonlHoldsEveryChainAfterALineThatSaysWhatItIs() {
        List<String> ids = conversations(5);
        JsonNode done = export("jsonl", "file");

        assertThat(done.path("done").intValue()).isEqualTo(5);
        assertThat(done.path("total").intValue()).isEqualTo(5);
        List<String> lines = file(done).lines().toList();
        JsonNode what = json(lines.getFirst()).path("export");
        assertThat(what.path("export_id")).isEqualTo(done.path("export_id"));
        assertThat(what.path("made_at").stringValue()).isNotBlank();
        assertThat(what.path("note").stringValue()).contains("erasure");
        assertThat(lines).hasSize(1 + 5 * 3);
        List<String> seen = new ArrayList<>();
        ConversationChain.Head head = ConversationChain.Head.START;
        for (String line : lines.subList(1, lines.size())) {
            JsonNode link = json(line).path("link");
            if (link.path("ordinal").intValue() == 0) {
                seen.add(link.path("conversation_id").stringValue());
                head = ConversationChain.Head.START;
            }
            assertThat(link.path("prev_hash").stringValue()).isEqualTo(head.lastHash());
            assertThat(ConversationChain.hash(link)).isEqualTo(link.path("hash").stringValue());
            head =
                    new ConversationChain.Head(
                            head.nextOrdinal() + 1, link.path("hash").stringValue());
        }
        assertThat(seen).containsExactlyElementsOf(ids.reversed());
    }

    @Test
    void jsonMarkdownAndCsvAreWholeFiles() {
        conversations(3);

        JsonNode json = json(file(export("json", "file")));
        assertThat(json.path("conversations").size()).isEqualTo(3);
        assertThat(json.at("/conversations/0/turns/0/text").stringValue()).startsWith("=Question");
        assertThat(json.at("/conversations/0/usage/tokens_input").intValue()).isEqualTo(10);
        assertThat(file(export("markdown", "file"))).contains("=Question 0", "=Question 2", "---");
        List<String> csv = file(export("csv", "file")).lines().toList();
        assertThat(csv).hasSize(1 + 3 * 2);
        assertThat(csv.stream().filter(line -> line.startsWith("message_id"))).hasSize(1);
        assertThat(csv.get(1)).contains("'=Question");
    }

    @Test
    void aStoreGetsTheFileSigned() {
        conversations(1);
        JsonNode done = export("jsonl", "s3");

        String key = "parley/export-" + done.path("export_id").stringValue() + ".jsonl";
        assertThat(done.path("location").stringValue()).endsWith("/records/" + key);
        assertThat(SURROUNDINGS.objects().text(key).lines()).hasSize(4);
        assertThat(SURROUNDINGS.objects().refused()).isZero();
        assertThat(AUDIT.get(AUDITOR, path(done) + "/file").statusCode()).isEqualTo(404);
    }

    @Test
    void aJobGoesOnWhereItsFileIsCertain() throws IOException {
        conversations(5);
        JsonNode done = export("jsonl", "file");
        String whole = file(done);
        String id = done.path("export_id").stringValue();
        long certain =
                whole.lines()
                        .limit(7)
                        .mapToLong(line -> line.getBytes(StandardCharsets.UTF_8).length + 1)
                        .sum();
        JsonNode second =
                AUDIT.json(AUDITOR, "/api/audit/conversations?user=" + user).at("/items/1");
        AUDIT.database()
                .sql(
                        "UPDATE export_jobs SET state = 'running', lease_until = now() - interval"
                                + " '1 s', done = 2, bytes = ?, cursor_at = ?::timestamptz,"
                                + " cursor_id = ?, finished_at = null WHERE export_id = ?")
                .param(certain)
                .param(second.path("created_at").stringValue())
                .param(second.path("id").stringValue())
                .param(id)
                .update();

        JsonNode again =
                SURROUNDINGS.eventually(
                        AUDITOR, path(done), job -> job.path("state").asString("").equals("done"));

        assertThat(again.path("done").intValue()).isEqualTo(5);
        String resumed = file(again);
        // What was certain is the same to the byte; what is written later says when, under a seal
        // and a signature of its own, and is the same in all else.
        String kept = String.join("\n", whole.lines().limit(7).toList()) + "\n";
        assertThat(resumed).startsWith(kept);
        assertThat(recorded(resumed)).isEqualTo(recorded(whole));
        assertProven(whole);
        assertProven(resumed);
    }

    @Test
    void anErasureAfterwardsIsToldOfTheFile() {
        conversations(1);
        JsonNode done = export("jsonl", "file");
        assertThat(done.path("erased_persons").isMissingNode()).isTrue();

        AUDIT.send(AUDITOR, "POST", "/api/audit/erasures", "{\"user\":\"" + user + "\"}");

        assertThat(AUDIT.json(AUDITOR, path(done)).path("erased_persons").intValue()).isEqualTo(1);
        assertThat(
                        AUDIT.get(AUDITOR, path(done) + "/file")
                                .headers()
                                .firstValue("Parley-Erased-Persons"))
                .contains("1");
        assertThat(file(export("jsonl", "file"))).doesNotContain("=Question");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\":\"xml\"}",
                "{\"target\":\"ftp\"}",
                "{\"filter\":{\"shoe_size\":\"1\"}}",
                "{\"filter\":{\"from\":\"yesterday\"}}",
                "{\"filter\":7}",
                "no json"
            })
    void refusesWhatMakesNoSense(String body) {
        assertThat(AUDIT.send(AUDITOR, "POST", "/api/audit/exports", body).statusCode())
                .isEqualTo(400);
        assertThat(
                        AUDIT.send(Tokens.of(user, "user"), "POST", "/api/audit/exports", body)
                                .statusCode())
                .isEqualTo(403);
    }

    private List<String> conversations(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String id = newId();
            LOG.exchange(user, id, null, "=Question " + i, "Answer " + i);
            SURROUNDINGS.conversation(user, id, 1);
            ids.add(id);
        }
        return ids;
    }

    private JsonNode export(String format, String target) {
        JsonNode job =
                AUDIT.json(
                        AUDITOR,
                        "POST",
                        "/api/audit/exports",
                        "{\"format\":\"%s\",\"target\":\"%s\",\"filter\":{\"user\":\"%s\"}}"
                                .formatted(format, target, user));
        return SURROUNDINGS.eventually(
                AUDITOR, path(job), shown -> shown.path("state").asString("").equals("done"));
    }

    private static String path(JsonNode job) {
        return "/api/audit/exports/" + job.path("export_id").stringValue();
    }

    private static String file(JsonNode job) {
        return AUDIT.get(AUDITOR, path(job) + "/file").body();
    }

    /** The lines without what says when they were written and proves it. */
    private static List<JsonNode> recorded(String file) {
        return file.lines()
                .skip(1)
                .map(line -> {
                    ObjectNode members = (ObjectNode) json(line);
                    assertThat(members.propertyNames())
                            .contains("link", "text", "position", "exported_at", "seal");
                    return (JsonNode)
                            members.remove(List.of("exported_at", "checkpoint", "seal", "head"));
                })
                .toList();
    }

    private static void assertProven(String file) throws IOException {
        List<PublicKey> keys = new ArrayList<>();
        AUDIT.json(AUDITOR, "/api/audit/checkpoints/keys")
                .path("items")
                .forEach(item ->
                        keys.add(ChainSignatures.publicKey(item.path("public_key").stringValue())));
        Verdict verdict =
                ExportVerifier.verify(
                        new ByteArrayInputStream(file.getBytes(StandardCharsets.UTF_8)),
                        Trust.of(keys, List.of()),
                        2);
        assertThat(verdict.firstBroken()).isNull();
        assertThat(verdict.links()).isEqualTo(15);
        assertThat(verdict.conversations()).isEqualTo(5);
    }

    private static JsonNode json(String text) {
        return Json.tree(text.getBytes(StandardCharsets.UTF_8));
    }
}
