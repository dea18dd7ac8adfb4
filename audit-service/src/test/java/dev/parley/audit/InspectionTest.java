package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.code;
import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.TurnRecord;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What auditors ask, the way of a message, and the proof. */
class InspectionTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String AUDITOR = Tokens.of("the-auditor", "auditor");

    private final String user = newUser();
    private final String conversation = newId();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "conversations",
                "messages",
                "flows",
                "usage",
                "refusals",
                "conversations/7b0e9a52-6c1e-4b7f-8a33-1f2f3f4f5f6f",
                "conversations/7b0e9a52-6c1e-4b7f-8a33-1f2f3f4f5f6f/verify"
            })
    void isForbiddenToUsers(String call) {
        var answer = AUDIT.get(Tokens.of(user, "user"), "/api/audit/" + call);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(code(answer.body())).isEqualTo("forbidden");
        assertThat(AUDIT.get(Tokens.of(user, "made-up"), "/api/audit/" + call).statusCode())
                .isEqualTo(403);
    }

    @Test
    void findsMessagesByWhoWhatAndHow() {
        String plain = LOG.exchange(user, conversation, null, "A quagga question", "Yes");
        String withTool = newId();
        LOG.link(user, conversation, LOG.userTurn(user, withTool, plain, null, "Use it"));
        LOG.link(user, conversation, LOG.toolCall(user, withTool, "c", "{}", "ok"));
        LOG.link(user, conversation, LOG.failure(user, withTool, "Par"));
        String refused = newId();
        LOG.link(user, conversation, LOG.refusal(user, refused, ErrorCode.BLOCKED, "Let me in"));
        LOG.step(user, conversation, plain, "gateway_received");
        SURROUNDINGS.conversation(user, conversation, 3);
        SURROUNDINGS.indexed(user);

        assertThat(messages("user=" + user)).containsExactly(withTool, plain);
        assertThat(messages("user=" + user + "&status=failed")).containsExactly(withTool);
        assertThat(messages("user=" + user + "&code=upstream_incomplete"))
                .containsExactly(withTool);
        assertThat(messages("user=" + user + "&tool=everything__echo")).containsExactly(withTool);
        assertThat(messages("user=" + user + "&tool=echo&model=demo")).containsExactly(withTool);
        assertThat(messages("query=quagga&user=" + user)).containsExactly(plain);
        assertThat(messages("user=" + user + "&team=red")).isEmpty();
        assertThat(messages("user=" + user + "&min_latency_ms=3600000")).isEmpty();
        assertThat(messages("user=" + user + "&to=2020-01-01T00:00:00Z")).isEmpty();
        JsonNode first =
                AUDIT.json(AUDITOR, "/api/audit/messages?status=done&user=" + user).at("/items/0");
        assertThat(first.path("text").stringValue()).isEqualTo("A quagga question");
        assertThat(first.path("answer").stringValue()).isEqualTo("Yes");

        JsonNode refusals = AUDIT.json(AUDITOR, "/api/audit/refusals?code=blocked&user=" + user);
        assertThat(refusals.at("/items/0/message_id").stringValue()).isEqualTo(refused);
        assertThat(refusals.at("/items/0/text").stringValue()).isEqualTo("Let me in");

        JsonNode conversations =
                AUDIT.json(
                        AUDITOR,
                        "/api/audit/conversations?query=quagga&tool=echo&code=blocked&user="
                                + user);
        assertThat(conversations.at("/items/0/id").stringValue()).isEqualTo(conversation);
        assertThat(conversations.at("/items/0/user").stringValue()).isEqualTo(user);

        JsonNode usage = AUDIT.json(AUDITOR, "/api/audit/usage?group_by=model&user=" + user);
        assertThat(usage.at("/items/0/name").stringValue()).isEqualTo("demo");
        assertThat(usage.at("/items/0/tokens_input").intValue()).isEqualTo(10);

        JsonNode flows =
                SURROUNDINGS.eventually(
                        AUDITOR,
                        "/api/audit/flows?user=" + user,
                        page -> page.path("items").size() == 1);
        assertThat(flows.at("/items/0/items/0/name").stringValue()).isEqualTo("gateway_received");
    }

    @Test
    void addsUpWhatSlowAnswersWereChargedWhenever() {
        String team = "team-" + newId();
        String quick = newId();
        record(team, LOG.userTurn(user, quick, null, null, "Quick?"));
        record(team, LOG.assistantTurn(user, quick, "Yes"));
        record(team, LOG.charge(quick));
        String slow = newId();
        record(team, LOG.userTurn(user, slow, quick, null, "Slow?"));
        record(team, LOG.toolCall(user, slow, "call-1", "{}", "ok"));
        record(team, LOG.charge(slow));
        record(team, answered(slow, 3, 20));
        String failed = newId();
        record(team, LOG.userTurn(user, failed, slow, null, "Slower?"));
        record(
                team,
                new TurnRecord.ChargeTurn(
                        failed,
                        new TokenUsage(3, 2, 0, true),
                        new BigDecimal("0.0004"),
                        4096,
                        Instant.now()));
        record(
                team,
                new TurnRecord.FailureTurn(
                        failed,
                        ErrorCode.UPSTREAM_TIMEOUT,
                        "It took too long.",
                        null,
                        "demo",
                        new TokenUsage(3, 2, 0, true),
                        1,
                        later(30)));
        SURROUNDINGS.conversation(user, conversation, 3);

        assertThat(usage("by=status&min_latency_ms=15000&team=" + team))
                .containsExactly("done 1 10 20 0.00125", "failed 1 3 2 0.0004");
        assertThat(usage("by=team&min_latency_ms=25000&role=" + role()))
                .containsExactly(team + " 1 3 2 0.0004");
        assertThat(usage("by=user&min_first_token_ms=2500&role=" + role()))
                .containsExactly(user + " 1 10 20 0.00125");
        assertThat(usage("by=tool&min_latency_ms=15000&role=" + role()))
                .containsExactly("everything__echo 1 10 20 0.00125");
        assertThat(usage("by=model&min_latency_ms=15000&code=upstream_timeout&role=" + role()))
                .containsExactly("demo 1 3 2 0.0004");
        // A waiting time that every answer exceeds goes by the charges of the team, of the person.
        assertThat(usage("by=team&min_latency_ms=0&team=" + team))
                .containsExactly(team + " 3 23 42 0.0029");
        assertThat(usage("by=team&min_latency_ms=15000&user=" + user))
                .containsExactly(team + " 2 13 22 0.00165");
        assertThat(usage("by=team&min_latency_ms=15000&to=2020-01-01T00:00:00Z&team=" + team))
                .isEmpty();
    }

    private void record(String team, TurnRecord.Body body) {
        LOG.link(user, team, role(), conversation, body);
    }

    private String role() {
        return "role-of-" + user;
    }

    private static Instant later(int seconds) {
        return Instant.now().plusSeconds(seconds).truncatedTo(ChronoUnit.MICROS);
    }

    private TurnRecord.AssistantTurn answered(String message, int firstTokenS, int endS) {
        TurnRecord.AssistantTurn answer = LOG.assistantTurn(user, message, "At last");
        return new TurnRecord.AssistantTurn(
                message,
                answer.text(),
                "stop",
                "demo",
                answer.usage(),
                answer.cost(),
                0,
                List.of(),
                1,
                1,
                answer.startedAt(),
                later(firstTokenS),
                later(endS),
                "worker-1");
    }

    private static List<String> usage(String question) {
        List<String> lines = new ArrayList<>();
        AUDIT.json(AUDITOR, "/api/audit/usage?" + question)
                .path("items")
                .forEach(line ->
                        lines.add(
                                "%s %d %d %d %s"
                                        .formatted(
                                                line.path("name").stringValue(),
                                                line.path("messages").intValue(),
                                                line.path("tokens_input").intValue(),
                                                line.path("tokens_output").intValue(),
                                                line.path("cost")
                                                        .decimalValue()
                                                        .stripTrailingZeros()
                                                        .toPlainString())));
        return lines;
    }

    @Test
    void pagesThroughMessages() {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            sent.add(LOG.exchange(user, conversation, null, "N" + i, "Y"));
        }
        SURROUNDINGS.conversation(user, conversation, 5);

        JsonNode first = AUDIT.json(AUDITOR, "/api/audit/messages?limit=3&user=" + user);
        JsonNode second =
                AUDIT.json(
                        AUDITOR,
                        "/api/audit/messages?limit=3&user="
                                + user
                                + "&after="
                                + first.path("next").stringValue());

        List<String> seen = new ArrayList<>();
        first.path("items").forEach(item -> seen.add(item.path("message_id").stringValue()));
        second.path("items").forEach(item -> seen.add(item.path("message_id").stringValue()));
        assertThat(seen).containsExactlyElementsOf(sent.reversed());
        assertThat(second.path("next").isNull()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=201", "min_latency_ms=fast", "from=x", "after=%25"})
    void refusesBadFilters(String filter) {
        assertThat(AUDIT.get(AUDITOR, "/api/audit/messages?" + filter).statusCode()).isEqualTo(400);
        assertThat(AUDIT.get(AUDITOR, "/api/audit/usage?group_by=shoe_size").statusCode())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE links SET record = replace(record, '\"entrance\":\"ws\"',"
                        + " '\"entrance\":\"sse\"') WHERE conversation_id = ? AND ordinal = 3"
                        + " | changed | 3",
                "UPDATE links SET hash = repeat('0', 64) WHERE conversation_id = ? AND ordinal = 5"
                        + " | changed | 5",
                "DELETE FROM links WHERE conversation_id = ? AND ordinal = 1 | missing | 1",
                "DELETE FROM links WHERE conversation_id = ? AND ordinal = 5 | truncated | 5",
                "INSERT INTO links SELECT conversation_id, ordinal, at + interval '1 microsecond',"
                        + " user_id, kind, message_id, record, hash, 0, -1 FROM links"
                        + " WHERE conversation_id = ? AND ordinal = 2 | forked | 3",
                "UPDATE links SET ordinal = ordinal + 10 WHERE conversation_id = ? AND ordinal = 4"
                        + " | missing | 4",
            })
    void namesTheFirstLinkThatWasTouched(String tampering, String reason, int ordinal) {
        LOG.exchange(user, conversation, null, "One", "1");
        LOG.exchange(user, conversation, null, "Two", "2");
        JsonNode whole =
                SURROUNDINGS.eventually(AUDITOR, verify(), v -> v.path("links").asInt(0) == 6);
        assertThat(whole.path("ok").booleanValue()).isTrue();
        assertThat(whole.path("first_broken").isNull()).isTrue();

        AUDIT.database().sql(tampering).param(conversation).update();

        JsonNode broken = AUDIT.json(AUDITOR, verify());
        assertThat(broken.path("ok").booleanValue()).isFalse();
        assertThat(broken.at("/first_broken/reason").stringValue()).isEqualTo(reason);
        assertThat(broken.at("/first_broken/ordinal").intValue()).isEqualTo(ordinal);
    }

    @Test
    void writesDownWhoAskedAndSealsWhat() {
        String reader = newUser();
        AUDIT.get(Tokens.of(reader, "admin"), "/api/audit/messages?query=curiosity");

        List<String> rows =
                AUDIT.database()
                        .sql("SELECT r::text FROM audit_reads r WHERE reader = ?")
                        .param(reader)
                        .query(String.class)
                        .list();
        assertThat(rows).hasSize(1);
        assertThat(rows.getFirst()).contains("messages", "admin").doesNotContain("curiosity");
    }

    @Test
    void showsTheWayOfAMessageToItsUserAndToAuditors() {
        String message = newId();
        Instant start = Instant.parse("2026-11-22T10:00:00.000100Z");
        LOG.step(user, conversation, message, "done", start.plusMillis(50));
        LOG.step(user, conversation, message, "gateway_received", start);
        LOG.step(user, conversation, message, "auth_check", start.plusMillis(1));
        String path = "/api/messages/" + message + "/flow";
        String token = Tokens.of(user, "user");

        JsonNode flow = SURROUNDINGS.eventually(token, path, f -> f.path("items").size() == 3);

        assertThat(flow.at("/items/0/name").stringValue()).isEqualTo("gateway_received");
        assertThat(flow.at("/items/1/name").stringValue()).isEqualTo("auth_check");
        assertThat(flow.at("/items/2/name").stringValue()).isEqualTo("done");
        assertThat(flow.at("/items/0/start").stringValue())
                .isEqualTo("2026-11-22T10:00:00.000100Z");
        assertThat(flow.at("/items/0/duration").decimalValue()).isEqualByComparingTo("1.5");
        assertThat(flow.at("/items/0/service").stringValue()).isEqualTo("chat-orchestrator");
        assertThat(flow.at("/items/0/detail/why").stringValue()).isEqualTo("test");
        assertThat(AUDIT.get(AUDITOR, path).statusCode()).isEqualTo(200);
        assertThat(AUDIT.get(Tokens.of(newUser(), "user"), path).statusCode()).isEqualTo(404);
        assertThat(AUDIT.get(token, "/api/messages/" + newId() + "/flow").statusCode())
                .isEqualTo(404);
    }

    private String verify() {
        return "/api/audit/conversations/" + conversation + "/verify";
    }

    private static List<String> messages(String filters) {
        List<String> ids = new ArrayList<>();
        AUDIT.json(AUDITOR, "/api/audit/messages?" + filters)
                .path("items")
                .forEach(item -> ids.add(item.path("message_id").stringValue()));
        return ids;
    }
}
