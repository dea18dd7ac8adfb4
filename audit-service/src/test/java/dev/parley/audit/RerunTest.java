package dev.parley.audit;

import static dev.parley.audit.RecordedConversation.ANSWER;
import static dev.parley.audit.RecordedConversation.CALLED;
import static dev.parley.audit.RecordedConversation.answer;
import static dev.parley.audit.RecordedConversation.asked;
import static dev.parley.audit.RecordedConversation.body;
import static dev.parley.audit.RecordedConversation.path;
import static dev.parley.audit.fixture.Surroundings.newId;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Conversations asked again: against another model, many of them, and under whose key. */
class RerunTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();

    private final RecordedConversation recorded = new RecordedConversation();
    private final String auditorId = recorded.auditorId;
    private final String auditor = recorded.auditor;
    private final String user = recorded.user;
    private final String conversation = recorded.conversation;
    private final String message = recorded.message;

    @Test
    void asksAgainWithTheToolsOfTheRecordAndSetsTheAnswersBesideEachOther() {
        JsonNode made = recorded.made("{\"mode\":\"rerun\",\"model\":\"other\"}");
        String derived = made.path("derived_conversation_id").stringValue();

        RequestEvent.MessageSubmitted asked = asked(derived);
        assertThat(asked.text()).isEqualTo("How long?");
        assertThat(asked.model()).isEqualTo("other");
        assertThat(asked.entrance()).isEqualTo("rerun");
        assertThat(asked.caller().id()).isEqualTo(auditorId);
        assertThat(asked.replyTo().hasListener()).isFalse();
        assertThat(asked.rerun().tools().getFirst().text()).isEqualTo("one");
        assertThat(asked.rerun().messageId()).isEqualTo(message);
        String same = ANSWER.replace("a while", "no time");
        LOG.link(
                auditorId,
                derived,
                LOG.userTurn(auditorId, asked.messageId(), null, null, asked.text()));
        LOG.link(auditorId, derived, answer(auditorId, asked.messageId(), same, "other", 12));
        LOG.link(auditorId, derived, LOG.charge(asked.messageId()));

        JsonNode done =
                SURROUNDINGS.eventually(
                        auditor,
                        path(made),
                        shown -> shown.path("state").asString("").equals("done"));
        assertThat(done.path("derived_from").stringValue()).isEqualTo(conversation);
        JsonNode first = done.at("/diff/answers/0");
        assertThat(first.at("/original/text").stringValue()).isEqualTo(ANSWER);
        assertThat(first.at("/rerun/text").stringValue()).isEqualTo(same);
        assertThat(first.at("/difference/same_text").booleanValue()).isFalse();
        assertThat(first.at("/difference/similarity").doubleValue()).isBetween(0.6, 0.9);
        assertThat(first.at("/difference/same_tools").booleanValue()).isFalse();
        assertThat(first.at("/difference/tokens_output").intValue()).isEqualTo(-18);
        assertThat(first.at("/difference/latency_ms").isNumber()).isTrue();
        assertThat(first.at("/difference/text/1/op").stringValue()).isEqualTo("delete");
        assertThat(
                        AUDIT.json(auditor, "/api/audit/conversations/" + conversation)
                                .path("links")
                                .intValue())
                .isEqualTo(4);
    }

    @Test
    void anErasureReachesTheWordsThatWereRunAgain() {
        JsonNode made = recorded.made("{\"mode\":\"rerun\"}");
        String derived = made.path("derived_conversation_id").stringValue();
        RequestEvent.MessageSubmitted asked = asked(derived);
        assertThat(asked.rerun().key().userId()).isEqualTo(user);
        // As the orchestrator does it: by the auditor, under the key of the person.
        String canary = "canary" + newId().replace("-", "");
        LOG.link(
                auditorId,
                derived,
                new TurnRecord.UserTurn(
                        asked.messageId(),
                        null,
                        null,
                        asked.clientMsgId(),
                        repeated(asked, asked.text() + " " + canary),
                        "demo",
                        "rerun",
                        CALLED));
        LOG.link(
                auditorId,
                derived,
                answer(asked.messageId(), repeated(asked, "You said " + canary), "demo", 12));
        LOG.link(auditorId, derived, LOG.charge(asked.messageId()));
        SURROUNDINGS.eventually(
                auditor, path(made), shown -> shown.path("state").asString("").equals("done"));
        SURROUNDINGS.eventually(
                auditor,
                "/api/audit/conversations/" + derived + "/verify",
                verdict -> verdict.path("links").asInt(0) == 3);
        assertThat(shown(derived)).contains("How long? " + canary, "You said " + canary);
        assertThat(AUDIT.get(auditor, path(made)).body()).contains("You said " + canary);
        JsonNode own = AUDIT.json(auditor, "/api/conversations/" + derived).at("/turns/0");
        assertThat(own.path("text_state").stringValue()).isEqualTo("withheld");
        SURROUNDINGS.indexed(auditorId);
        assertThat(AUDIT.json(auditor, "/api/audit/messages?query=" + canary).path("items").size())
                .isZero();
        JsonNode hold =
                body(
                        AUDIT.post(
                                auditor,
                                "/api/audit/legal-holds",
                                "{\"conversation_id\":\"" + derived + "\",\"reason\":\"r\"}"));
        assertThat(erase().statusCode()).isEqualTo(409);
        AUDIT.send(
                auditor,
                "DELETE",
                "/api/audit/legal-holds/" + hold.path("hold_id").stringValue(),
                "");
        JsonNode file =
                body(
                        AUDIT.post(
                                auditor,
                                "/api/audit/exports",
                                "{\"format\":\"jsonl\",\"filter\":{\"user\":\""
                                        + auditorId
                                        + "\"}}"));
        String job = "/api/audit/exports/" + file.path("export_id").stringValue();
        SURROUNDINGS.eventually(
                auditor, job, shown -> shown.path("state").asString("").equals("done"));
        assertThat(AUDIT.get(auditor, job + "/file").body()).contains(canary);

        assertThat(erase().statusCode()).isEqualTo(201);

        assertThat(shown(derived)).contains("erased").doesNotContain(canary, "How long?");
        assertThat(AUDIT.get(auditor, path(made)).body()).doesNotContain(canary, "How long?");
        for (String format : List.of("json", "jsonl", "markdown", "csv")) {
            assertThat(
                            AUDIT.get(
                                            auditor,
                                            "/api/conversations/"
                                                    + derived
                                                    + "/export?format="
                                                    + format)
                                    .body())
                    .isNotEmpty()
                    .doesNotContain(canary);
        }
        assertThat(
                        AUDIT.json(auditor, "/api/audit/conversations/" + derived + "/verify")
                                .path("ok")
                                .booleanValue())
                .isTrue();
        assertThat(AUDIT.json(auditor, job).path("erased_persons").intValue()).isEqualTo(1);
        assertThat(
                        AUDIT.post(
                                        auditor,
                                        "/api/audit/replays",
                                        "{\"mode\":\"rerun\",\"conversation_id\":\""
                                                + derived
                                                + "\"}")
                                .statusCode())
                .isEqualTo(400);
    }

    private java.net.http.HttpResponse<String> erase() {
        return AUDIT.post(auditor, "/api/audit/erasures", "{\"user\":\"" + user + "\"}");
    }

    private String shown(String id) {
        return AUDIT.get(auditor, "/api/audit/conversations/" + id).body();
    }

    private static SealedText repeated(RequestEvent.MessageSubmitted asked, String text) {
        PersonKey key = asked.rerun().key();
        PersonCipher cipher = new PersonCipher(new SecureRandom());
        SealedText sealed =
                cipher.seal(
                        cipher.unwrap(
                                LogWriter.MASTER_KEY, key.userId(), key.keyId(), key.wrapped()),
                        key.keyId(),
                        asked.messageId(),
                        text);
        return new SealedText(sealed.keyId(), sealed.sealed(), key.userId());
    }

    @Test
    void runsWhatAFilterSelectsUntilTheBudgetIsSpent() {
        String second = newId();
        LOG.exchange(user, second, null, "And this?", "Yes");
        SURROUNDINGS.conversation(user, second, 1);
        JsonNode made =
                body(
                        AUDIT.post(
                                auditor,
                                "/api/audit/reruns",
                                "{\"filter\":{\"user\":\""
                                        + user
                                        + "\"},\"model\":\"other\",\"budget\":{\"tokens\":20}}"));
        assertThat(made.path("total").intValue()).isEqualTo(2);
        String bulk = "/api/audit/reruns/" + made.path("rerun_id").stringValue();

        JsonNode begun =
                SURROUNDINGS.eventually(
                        auditor, bulk, shown -> shown.at("/items/0/replay_id").isString());
        JsonNode replay =
                AUDIT.json(
                        auditor,
                        "/api/audit/replays/" + begun.at("/items/0/replay_id").stringValue());
        String derived = replay.path("derived_conversation_id").stringValue();
        RequestEvent.MessageSubmitted asked = asked(derived);
        LOG.link(
                auditorId,
                derived,
                LOG.userTurn(auditorId, asked.messageId(), null, null, asked.text()));
        LOG.link(auditorId, derived, answer(auditorId, asked.messageId(), "Short", "other", 12));
        LOG.link(auditorId, derived, LOG.charge(asked.messageId()));

        JsonNode spent =
                SURROUNDINGS.eventually(
                        auditor,
                        bulk,
                        shown -> shown.path("state").asString("").equals("budget_spent"));
        assertThat(spent.at("/spent/tokens").intValue()).isEqualTo(30);
        assertThat(spent.path("begun").intValue()).isEqualTo(1);
        assertThat(
                        spent.at("/items/1/replay_id").isMissingNode()
                                || spent.at("/items/1/replay_id").isNull())
                .isTrue();
    }

    @Test
    void stopsABulkWhileItIsPaused() {
        JsonNode made =
                body(
                        AUDIT.post(
                                auditor,
                                "/api/audit/reruns",
                                "{\"filter\":{\"user\":\"" + user + "\"}}"));
        String bulk = "/api/audit/reruns/" + made.path("rerun_id").stringValue();
        assertThat(
                        body(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"pause\"}"))
                                .path("state")
                                .stringValue())
                .isEqualTo("paused");
        assertThat(
                        body(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"resume\"}"))
                                .path("state")
                                .stringValue())
                .isEqualTo("running");
        assertThat(
                        body(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"cancel\"}"))
                                .path("state")
                                .stringValue())
                .isEqualTo("cancelled");
        assertThat(AUDIT.post(auditor, bulk + "/control", "{\"action\":\"dance\"}").statusCode())
                .isEqualTo(400);
    }
}
