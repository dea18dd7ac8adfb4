package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.code;
import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogReader;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Topic;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** G15 as far as the record goes: erasure, legal hold, retention. */
class KeepingTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String AUDITOR = Tokens.of("the-auditor", "auditor");

    private final String user = newUser();
    private final String conversation = newId();
    private final String canary = "canary" + UUID.randomUUID().toString().replace("-", "");

    @Test
    void anErasureLeavesTheTextNowhereAndEveryChainWhole() {
        LOG.exchange(user, conversation, null, "I am " + canary, "Hello " + canary);
        SURROUNDINGS.conversation(user, conversation, 1);
        SURROUNDINGS.indexed(user);
        AUDIT.patch(
                Tokens.of(user, "user"),
                "/api/conversations/" + conversation,
                "application/json",
                "{\"title\":\"The " + canary + "\"}");
        assertThat(found(canary)).isEqualTo(1);

        JsonNode erased =
                AUDIT.json(AUDITOR, "POST", "/api/audit/erasures", "{\"user\":\"" + user + "\"}");

        assertThat(erased.path("state").stringValue()).isEqualTo("published");
        assertThat(erased.path("requested_by").stringValue()).isEqualTo("the-auditor");
        assertThat(found(canary)).isZero();
        JsonNode shown =
                AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation).at("/turns/0");
        assertThat(shown.path("text").isMissingNode()).isTrue();
        assertThat(shown.path("text_state").stringValue()).isEqualTo("erased");
        for (String format : List.of("json", "jsonl", "markdown", "csv")) {
            assertThat(
                            AUDIT.get(
                                            Tokens.of(user, "user"),
                                            "/api/conversations/"
                                                    + conversation
                                                    + "/export?format="
                                                    + format)
                                    .body())
                    .contains("erased")
                    .doesNotContain(canary);
        }
        assertNowhereInTheDatabase();
        assertNotInTheKeptLog();
        assertThat(
                        AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation + "/verify")
                                .path("ok")
                                .booleanValue())
                .isTrue();
        assertThat(
                        new LogReader(SURROUNDINGS.broker().bootstrapServers())
                                .values(Topic.REQUESTS, user))
                .anyMatch(request -> request.contains("\"type\":\"erasure_requested\""));

        LOG.destroyKey(user);
        JsonNode done =
                SURROUNDINGS.eventually(
                        AUDITOR,
                        "/api/audit/erasures/" + erased.path("erasure_id").stringValue(),
                        erasure -> erasure.path("state").asString("").equals("done"));
        assertThat(done.path("completed_at").stringValue()).isNotBlank();

        String later = newId();
        LOG.exchange(user, later, null, "Somebody new", "Hello again");
        JsonNode readable = SURROUNDINGS.conversation(user, later, 1);
        assertThat(readable.at("/turns/0/text").stringValue()).isEqualTo("Somebody new");
        assertThat(
                        AUDIT.json(AUDITOR, "/api/audit/conversations/" + conversation)
                                .at("/turns/0/text_state")
                                .stringValue())
                .isEqualTo("erased");
    }

    @ParameterizedTest
    @CsvSource({"user", "conversation_id", "team"})
    void aHoldWinsOverAnErasureAndOverTheRetention(String kind) {
        String team = "team-" + newId();
        LOG.link(user, team, "user", conversation, LOG.userTurn(user, newId(), null, null, canary));
        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/conversations/" + conversation,
                shown -> shown.path("turns").size() == 1);
        String subject =
                switch (kind) {
                    case "user" -> user;
                    case "team" -> team;
                    default -> conversation;
                };
        JsonNode hold =
                AUDIT.json(
                        AUDITOR,
                        "POST",
                        "/api/audit/legal-holds",
                        "{\"" + kind + "\":\"" + subject + "\",\"reason\":\"a case\"}");
        age(conversation, 40);
        AUDIT.send(AUDITOR, "PUT", "/api/audit/retention/teams/" + team, "{\"days\":30}");

        var refused =
                AUDIT.send(AUDITOR, "POST", "/api/audit/erasures", "{\"user\":\"" + user + "\"}");
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(code(refused.body())).isEqualTo("conflict");
        SURROUNDINGS.retention();
        assertThat(links(conversation)).isEqualTo(1);

        String path = "/api/audit/legal-holds/" + hold.path("hold_id").stringValue();
        assertThat(AUDIT.send(AUDITOR, "DELETE", path, "").statusCode()).isEqualTo(204);
        assertThat(AUDIT.send(AUDITOR, "DELETE", path, "").statusCode()).isEqualTo(404);
        SURROUNDINGS.retention();
        assertThat(links(conversation)).isZero();
        assertThat(AUDIT.json(AUDITOR, "/api/audit/legal-holds").findValuesAsString("released_by"))
                .contains("the-auditor");
    }

    @Test
    void theRetentionDropsWhatIsOlderThanTheShorterRuleAndTheChainGoesOn() {
        String team = "team-" + newId();
        String role = "role-" + newId();
        String young = newId();
        for (String id : List.of(conversation, young)) {
            String message = newId();
            LOG.link(user, team, role, id, LOG.userTurn(user, message, null, null, canary));
            LOG.link(user, team, role, id, LOG.assistantTurn(user, message, canary));
            LOG.step(user, id, message, "done");
            SURROUNDINGS.conversation(user, id, 1);
        }
        SURROUNDINGS.indexed(user);
        age(conversation, 20);
        AUDIT.send(AUDITOR, "PUT", "/api/audit/retention/roles/" + role, "{\"days\":100}");
        AUDIT.send(AUDITOR, "PUT", "/api/audit/retention/teams/" + team, "{\"days\":10}");

        SURROUNDINGS.retention();

        assertThat(links(conversation)).isZero();
        assertThat(links(young)).isEqualTo(2);
        assertThat(found(canary)).isEqualTo(1);
        JsonNode acts = AUDIT.json(AUDITOR, "/api/audit/keeping-acts");
        assertThat(acts.at("/items/0/act").stringValue()).isEqualTo("retention_run");
        assertThat(acts.at("/items/0/actor").stringValue()).isEqualTo("retention");
        assertThat(acts.at("/items/0/detail/links").intValue()).isEqualTo(2);

        LOG.link(user, team, role, conversation, LOG.userTurn(user, newId(), null, null, "On"));
        JsonNode verdict =
                SURROUNDINGS.eventually(
                        AUDITOR,
                        "/api/audit/conversations/" + conversation + "/verify",
                        v -> v.path("links").asInt(0) == 3);
        assertThat(verdict.path("ok").booleanValue()).isTrue();
        assertThat(AUDIT.json(AUDITOR, "/api/audit/retention").findValuesAsString("name"))
                .contains(role, team);
        assertThat(
                        AUDIT.send(AUDITOR, "DELETE", "/api/audit/retention/teams/" + team, "")
                                .statusCode())
                .isEqualTo(204);
    }

    @Test
    void theRetentionDropsAWholeMonthAndThePersonOfWhomNothingIsLeft() {
        String team = "team-" + newId();
        LOG.link(user, team, "user", conversation, LOG.userTurn(user, newId(), null, null, canary));
        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/conversations/" + conversation,
                shown -> shown.path("turns").size() == 1);
        AUDIT.database()
                .sql(
                        "CREATE TABLE links_2020_05 PARTITION OF links"
                                + " FOR VALUES FROM ('2020-05-01Z') TO ('2020-06-01Z')")
                .update();
        AUDIT.database()
                .sql("UPDATE links SET at = '2020-05-05Z' WHERE conversation_id = ?")
                .param(conversation)
                .update();
        AUDIT.database()
                .sql(
                        "UPDATE conversations SET first_at = '2020-05-05Z', last_at = '2020-05-05Z'"
                                + " WHERE id = ?")
                .param(conversation)
                .update();
        AUDIT.send(AUDITOR, "PUT", "/api/audit/retention/teams/" + team, "{\"days\":3000}");
        SURROUNDINGS.retention();
        assertThat(links(conversation)).isEqualTo(1);
        AUDIT.send(AUDITOR, "PUT", "/api/audit/retention/teams/" + team, "{\"days\":300}");

        SURROUNDINGS.retention();

        assertThat(links(conversation)).isZero();
        assertThat(
                        AUDIT.database()
                                .sql("SELECT to_regclass('links_2020_05')::text")
                                .query(String.class)
                                .optional())
                .isEmpty();
        JsonNode erasures = AUDIT.json(AUDITOR, "/api/audit/erasures?user=" + user);
        assertThat(erasures.at("/items/0/requested_by").stringValue()).isEqualTo("retention");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST   | /api/audit/erasures              | {}                          | 400",
                "POST   | /api/audit/erasures              | {\"user\":7}                | 400",
                "POST   | /api/audit/erasures              | []                          | 400",
                "POST   | /api/audit/legal-holds           | {\"user\":\"u\"}            | 400",
                "POST   | /api/audit/legal-holds           | {\"reason\":\"r\"}          | 400",
                "PUT    | /api/audit/retention/roles/user  | {\"days\":0}                | 400",
                "PUT    | /api/audit/retention/roles/user  | {\"days\":\"x\"}            | 400",
                "PUT    | /api/audit/retention/shoes/user  | {\"days\":1}                | 404",
                "DELETE | /api/audit/retention/roles/none  | ''                          | 404",
                "GET    | /api/audit/keeping-acts?limit=0  | ''                          | 400",
            })
    void refusesWhatMakesNoSense(String method, String path, String body, int status) {
        assertThat(AUDIT.send(AUDITOR, method, path, body).statusCode()).isEqualTo(status);
        assertThat(AUDIT.send(Tokens.of(user, "user"), method, path, body).statusCode())
                .isEqualTo(403);
        assertThat(
                        AUDIT.send(Tokens.of(user, "team-auditor", "blue"), method, path, body)
                                .statusCode())
                .isEqualTo(403);
    }

    private static int found(String word) {
        return AUDIT.json(AUDITOR, "/api/audit/conversations?query=" + word).path("items").size();
    }

    private static long links(String conversation) {
        return AUDIT.database()
                .sql("SELECT count(*) FROM links WHERE conversation_id = ?")
                .param(conversation)
                .query(Long.class)
                .single();
    }

    /** As if its last turn was so many days ago. */
    private static void age(String conversation, int days) {
        AUDIT.database()
                .sql(
                        "UPDATE conversations SET last_at = now() - make_interval(days => ?)"
                                + " WHERE id = ?")
                .param(days)
                .param(conversation)
                .update();
    }

    private void assertNowhereInTheDatabase() {
        List<String> tables =
                AUDIT.database()
                        .sql(
                                "SELECT c.oid::regclass::text FROM pg_class c"
                                        + " WHERE c.relnamespace = current_schema()::regnamespace"
                                        + " AND c.relkind = 'r'")
                        .query(String.class)
                        .list();
        assertThat(tables).contains("links_default", "messages", "search_words", "person_keys");
        for (String table : tables) {
            assertThat(
                            AUDIT.database()
                                    .sql(
                                            "SELECT count(*) FROM "
                                                    + table
                                                    + " t WHERE strpos(t::text, ?) > 0")
                                    .param(canary)
                                    .query(Long.class)
                                    .single())
                    .as(table)
                    .isZero();
        }
    }

    private void assertNotInTheKeptLog() {
        LogReader reader = new LogReader(SURROUNDINGS.broker().bootstrapServers());
        for (Topic topic : Topic.values()) {
            if (topic.kind() != Topic.Kind.WORK) {
                assertThat(reader.all(topic))
                        .as(topic.topicName())
                        .noneMatch(value -> value.contains(canary));
            }
        }
    }
}
