package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.code;
import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.TurnRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What users ask about themselves, over HTTP, from a log that a real broker holds. */
class HistoryTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();

    private final String user = newUser();
    private final String token = Tokens.of(user, "user");
    private final String conversation = newId();

    @Test
    void showsTurnsInOrderWithAnswersTimesAndUsage() {
        String first = LOG.exchange(user, conversation, null, "What is a log?", "A list.");
        String second = LOG.exchange(user, conversation, first, "And then?", "It grows.");

        JsonNode shown = SURROUNDINGS.conversation(user, conversation, 2);

        assertThat(shown.at("/id").stringValue()).isEqualTo(conversation);
        assertThat(shown.at("/turns/0/message_id").stringValue()).isEqualTo(first);
        assertThat(shown.at("/turns/0/text").stringValue()).isEqualTo("What is a log?");
        assertThat(shown.at("/turns/0/answer").stringValue()).isEqualTo("A list.");
        assertThat(shown.at("/turns/0/status").stringValue()).isEqualTo("done");
        assertThat(shown.at("/turns/0/timing/worker").stringValue()).isEqualTo("worker-1");
        assertThat(shown.at("/turns/1/message_id").stringValue()).isEqualTo(second);
        assertThat(shown.at("/turns/1/parent_id").stringValue()).isEqualTo(first);
        assertThat(shown.at("/title").stringValue()).isEqualTo("What is a log?");
        assertThat(shown.at("/turns/0/result/tokens_output").intValue()).isEqualTo(20);
        assertThat(shown.at("/complete").booleanValue()).isTrue();
        assertThat(
                        SURROUNDINGS
                                .eventually(
                                        token,
                                        "/api/conversations/" + conversation,
                                        c -> c.at("/usage/tokens_output").intValue() == 40)
                                .at("/usage/cost")
                                .decimalValue())
                .isEqualByComparingTo("0.0025");
    }

    @Test
    void showsBranchesToolCallsFailuresAndRefusals() {
        String first = LOG.exchange(user, conversation, null, "One", "Eins");
        String again = newId();
        LOG.link(user, conversation, LOG.userTurn(user, again, null, first, null));
        LOG.link(
                user,
                conversation,
                LOG.toolCall(user, again, "call-1", "{\"text\":\"hi\"}", "echo: hi"));
        LOG.link(user, conversation, LOG.assistantTurn(user, again, "Uno"));
        String failed = newId();
        LOG.link(user, conversation, LOG.userTurn(user, failed, again, null, "Two"));
        LOG.link(user, conversation, LOG.failure(user, failed, "Zw"));
        String refused = newId();
        LOG.link(user, conversation, LOG.refusal(user, refused, ErrorCode.RATE_LIMITED, "Three"));

        JsonNode turns = SURROUNDINGS.conversation(user, conversation, 4).path("turns");

        assertThat(turns.at("/1/regenerates").stringValue()).isEqualTo(first);
        assertThat(turns.at("/1/text").stringValue()).isEqualTo("One");
        assertThat(turns.at("/1/answer").stringValue()).isEqualTo("Uno");
        assertThat(turns.at("/0/siblings").size()).isEqualTo(2);
        assertThat(turns.at("/1/tool_calls/0/tool").stringValue()).isEqualTo("echo");
        assertThat(turns.at("/1/tool_calls/0/arguments/text").stringValue()).isEqualTo("hi");
        assertThat(turns.at("/1/tool_calls/0/text").stringValue()).isEqualTo("echo: hi");
        assertThat(turns.at("/2/status").stringValue()).isEqualTo("failed");
        assertThat(turns.at("/2/code").stringValue()).isEqualTo("upstream_incomplete");
        assertThat(turns.at("/2/answer").stringValue()).isEqualTo("Zw");
        assertThat(turns.at("/3/status").stringValue()).isEqualTo("refused");
        assertThat(turns.at("/3/code").stringValue()).isEqualTo("rate_limited");
        assertThat(turns.at("/3/retry_after_s").intValue()).isEqualTo(7);
        assertThat(turns.at("/3/text").stringValue()).isEqualTo("Three");
    }

    @Test
    void showsAndExportsEveryWordOnAToolCall() {
        String message = newId();
        Instant decided = Instant.parse("2026-11-22T10:00:00.000001Z");
        LOG.link(user, conversation, LOG.userTurn(user, message, null, null, "Use them"));
        LOG.link(
                user,
                conversation,
                new TurnRecord.ApprovalTurn(
                        message, "call-1", "everything", "echo", "approved", user, decided));
        LOG.link(user, conversation, LOG.toolCall(user, message, "call-1", "{}", "echo: hi"));
        LOG.link(
                user,
                conversation,
                new TurnRecord.ApprovalTurn(
                        message, "call-2", "everything", "get-env", "expired", null, decided));
        LOG.link(user, conversation, LOG.assistantTurn(user, message, "Done"));

        JsonNode words = SURROUNDINGS.conversation(user, conversation, 1).at("/turns/0/approvals");

        assertThat(words.size()).isEqualTo(2);
        assertThat(words.at("/0/call_id").stringValue()).isEqualTo("call-1");
        assertThat(words.at("/0/tool").stringValue()).isEqualTo("echo");
        assertThat(words.at("/0/decision").stringValue()).isEqualTo("approved");
        assertThat(words.at("/0/decided_by").stringValue()).isEqualTo(user);
        assertThat(words.at("/0/decided_at").stringValue()).isEqualTo(decided.toString());
        assertThat(words.at("/1/decision").stringValue()).isEqualTo("expired");
        assertThat(words.at("/1/decided_by").isMissingNode()).isTrue();
        assertThat(export("json")).contains("\"approvals\"", "\"expired\"");
        assertThat(export("markdown"))
                .contains(
                        "*Word on tool everything/echo: approved by " + user + ", " + decided,
                        "*Word on tool everything/get-env: expired, " + decided);
        assertThat(export("csv").lines())
                .anyMatch(line ->
                        line.contains(",approval,")
                                && line.contains(",approved,")
                                && line.contains("everything/echo")
                                && line.contains("," + user + "," + conversation));
        JsonNode line =
                Json.tree(
                        export("jsonl")
                                .lines()
                                .toList()
                                .get(3)
                                .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(line.at("/link/body/decision").stringValue()).isEqualTo("expired");
        assertThat(line.at("/attributes/gen_ai.tool.name").stringValue())
                .isEqualTo("everything__get-env");
        assertThat(line.at("/attributes/gen_ai.tool.call.id").stringValue()).isEqualTo("call-2");
    }

    private String export(String format) {
        return AUDIT.get(token, "/api/conversations/" + conversation + "/export?format=" + format)
                .body();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/export", "/export?format=jsonl", "/export?format=csv"})
    void answersAnothersConversationAsAnAbsentOne(String call) {
        LOG.exchange(user, conversation, null, "Mine", "Yours");
        SURROUNDINGS.conversation(user, conversation, 1);
        String absent = newId();
        for (String role : List.of("user", "auditor", "admin")) {
            String stranger = Tokens.of(newUser(), role);

            var foreign = AUDIT.get(stranger, "/api/conversations/" + conversation + call);
            var none = AUDIT.get(stranger, "/api/conversations/" + absent + call);

            assertThat(foreign.statusCode()).isEqualTo(404);
            assertThat(code(foreign.body())).isEqualTo("not_found");
            assertThat(foreign.body().replace(conversation, absent)).isEqualTo(none.body());
            assertThat(foreign.headers().firstValue("content-type").orElse(""))
                    .startsWith("application/problem+json");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "/api/conversations?limit=0, 400, bad_frame",
        "/api/conversations?limit=201, 400, bad_frame",
        "/api/conversations?limit=-1, 400, bad_frame",
        "/api/conversations?limit=many, 400, bad_frame",
        "/api/conversations?after=nonsense, 400, bad_frame",
        "/api/conversations?from=yesterday, 400, bad_frame",
        "/api/conversations?query=%00, 400, bad_frame",
        "/api/conversations/not-a-uuid, 400, bad_frame",
        "/api/conversations/1-1-1-1-1, 400, bad_frame",
        "/api/conversations/not-a-uuid/export, 400, bad_frame",
        "/api/messages/not-a-uuid/flow, 400, bad_frame",
        "/api/nothing, 404, not_found",
    })
    void refusesWhatItDoesNotTake(String path, int status, String code) {
        var answer = AUDIT.get(token, path);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(code(answer.body())).isEqualTo(code);
    }

    @Test
    void takesTheWidestAndTheNarrowestLimit() {
        assertThat(AUDIT.get(token, "/api/conversations?limit=1").statusCode()).isEqualTo(200);
        assertThat(AUDIT.get(token, "/api/conversations?limit=200").body())
                .isEqualTo("{\"items\":[],\"next\":null}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/conversations",
                "/api/conversations/7b0e9a52-6c1e-4b7f-8a33-1f2f3f4f5f6f",
                "/api/audit/messages"
            })
    void knowsNobodyWithoutAToken(String path) {
        for (String bad : List.of("", "rubbish", token.substring(0, token.length() - 3))) {
            var answer = AUDIT.get(bad, path);

            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(code(answer.body())).isEqualTo("unauthenticated");
        }
    }

    @Test
    void pagesThroughEveryConversationOnceWhileOthersAreWritten() {
        List<String> written = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            written.add(newId());
            LOG.exchange(user, written.getLast(), null, "Number " + i, "Yes");
        }
        SURROUNDINGS.eventually(
                token, "/api/conversations", list -> list.path("items").size() == 7);

        List<String> seen = new ArrayList<>();
        String next = "";
        do {
            JsonNode page = AUDIT.json(token, "/api/conversations?limit=2" + next);
            page.path("items").forEach(item -> seen.add(item.path("id").stringValue()));
            next = page.path("next").isNull() ? "" : "&after=" + page.path("next").stringValue();
            String late = newId();
            LOG.exchange(user, late, null, "Late", "Yes");
            LOG.exchange(user, written.getFirst(), null, "More", "Yes");
            SURROUNDINGS.conversation(user, late, 1);
        } while (!next.isEmpty());

        assertThat(seen).containsExactlyElementsOf(written.reversed());
    }

    @Test
    void namesTimesAndTakesARange() {
        LOG.exchange(user, conversation, null, "Now", "Yes");
        JsonNode list =
                SURROUNDINGS.eventually(
                        token, "/api/conversations", l -> l.path("items").size() == 1);
        String at = list.at("/items/0/created_at").stringValue();

        assertThat(AUDIT.json(token, "/api/conversations?from=" + at).path("items").size())
                .isEqualTo(1);
        assertThat(AUDIT.json(token, "/api/conversations?to=" + at).path("items").size()).isZero();
        assertThat(
                        AUDIT.json(token, "/api/conversations?to=2020-01-01T00:00:00%2B01:00")
                                .path("items")
                                .size())
                .isZero();
    }

    @Test
    void renamesPutsAwayAndFindsByTheNewName() {
        LOG.exchange(user, conversation, null, "An ordinary beginning", "Yes");
        SURROUNDINGS.conversation(user, conversation, 1);

        var changed =
                AUDIT.patch(
                        token,
                        "/api/conversations/" + conversation,
                        "application/json",
                        "{\"title\":\"  Zanzibar notes \",\"archived\":true}");

        assertThat(changed.statusCode()).isEqualTo(200);
        JsonNode item = AUDIT.json(token, "/api/conversations?query=zanzibar").at("/items/0");
        assertThat(item.path("title").stringValue()).isEqualTo("Zanzibar notes");
        assertThat(item.path("archived").booleanValue()).isTrue();
        assertThat(AUDIT.json(token, "/api/conversations?archived=false").path("items").size())
                .isZero();

        AUDIT.patch(
                token,
                "/api/conversations/" + conversation,
                "application/merge-patch+json",
                "{\"title\":null}");
        assertThat(AUDIT.json(token, "/api/conversations").at("/items/0/title").stringValue())
                .isEqualTo("An ordinary beginning");
        assertThat(AUDIT.json(token, "/api/conversations?query=zanzibar").path("items").size())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/json | {\"title\":\"\"} | 400",
                "application/json | {\"title\":7} | 400",
                "application/json | {\"title\":\"a\\u0000b\"} | 400",
                "application/json | {\"archived\":\"yes\"} | 400",
                "application/json | {\"owner\":\"me\"} | 400",
                "application/json | [] | 400",
                "application/json | {\"title\" | 400",
                "application/json | {\"title\":\"a\",\"title\":\"b\"} | 400",
                "text/plain | {\"title\":\"x\"} | 415",
            })
    void changesNothingByABadPatch(String type, String body, int status) {
        LOG.exchange(user, conversation, null, "Kept", "Yes");
        SURROUNDINGS.conversation(user, conversation, 1);

        var answer = AUDIT.patch(token, "/api/conversations/" + conversation, type, body);

        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(code(answer.body())).isNotEmpty();
        assertThat(AUDIT.json(token, "/api/conversations").at("/items/0/title").stringValue())
                .isEqualTo("Kept");
    }

    @Test
    void refusesAnotherOnesPatchAndAHugeOne() {
        LOG.exchange(user, conversation, null, "Kept", "Yes");
        SURROUNDINGS.conversation(user, conversation, 1);
        String path = "/api/conversations/" + conversation;
        String body = "{\"title\":\"stolen\"}";

        assertThat(
                        AUDIT.patch(Tokens.of(newUser(), "admin"), path, "application/json", body)
                                .statusCode())
                .isEqualTo(404);
        assertThat(
                        AUDIT.patch(
                                        token,
                                        path,
                                        "application/json",
                                        "{\"title\":\"" + "x".repeat(10_000_000) + "\"}")
                                .statusCode())
                .isEqualTo(413);
        assertThat(AUDIT.json(token, path).path("title").stringValue()).isEqualTo("Kept");
    }

    @Test
    void cutsATitleBetweenCharacters() {
        LOG.exchange(user, conversation, null, "é\n" + "😀".repeat(100), "Yes");

        JsonNode shown = SURROUNDINGS.conversation(user, conversation, 1);

        assertThat(shown.path("title").stringValue()).isEqualTo("é " + "😀".repeat(78));
    }

    @Test
    void findsWordsOfQuestionsAndAnswersAndNothingOfOthers() {
        LOG.exchange(user, conversation, null, "About a Pangolin", "It is scaly, 100% sure");
        SURROUNDINGS.conversation(user, conversation, 1);
        SURROUNDINGS.indexed(user);

        assertThat(found(token, "pangolin")).containsExactly(conversation);
        assertThat(found(token, "SCALY sure")).containsExactly(conversation);
        assertThat(found(token, "\"about a pangolin\"")).containsExactly(conversation);
        assertThat(found(token, "\"pangolin a about\"")).isEmpty();
        assertThat(found(token, "100%")).containsExactly(conversation);
        assertThat(found(Tokens.of(newUser(), "admin"), "pangolin")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "%",
                "_",
                "*",
                ".*",
                "'",
                "\"",
                "\\",
                "' OR '1'='1",
                "pango%",
                "pang_lin",
                "pangolin | zebra",
                "!zebra",
                "zebra or pangolin",
                "p:*",
                "); DROP TABLE links; --"
            })
    void takesEverySignOfAQueryLiterally(String query) {
        LOG.exchange(user, conversation, null, "About a pangolin", "Yes");
        SURROUNDINGS.conversation(user, conversation, 1);
        SURROUNDINGS.indexed(user);

        assertThat(found(token, query)).isEmpty();
        assertThat(found(token, "pangolin")).containsExactly(conversation);
    }

    private static List<String> found(String token, String query) {
        List<String> ids = new ArrayList<>();
        AUDIT.json(token, "/api/conversations?query=" + AuditService.encoded(query))
                .path("items")
                .forEach(item -> ids.add(item.path("id").stringValue()));
        return ids;
    }
}
