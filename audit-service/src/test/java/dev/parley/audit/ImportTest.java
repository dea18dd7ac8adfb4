package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogReader;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.RequestEvent.ImportRequested;
import dev.parley.schemas.record.RequestEvent.ImportedMessage;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Files of other systems on their way to the log, and what comes back from it. */
class ImportTest {

    private static final String CHATGPT =
            """
            [{"title":"The sea","create_time":1700000000.5,"conversation_id":"%1$s",
              "current_node":"n5","mapping":{
               "root":{"id":"root","parent":null,"children":["n0"],"message":null},
               "n0":{"id":"n0","parent":"root","message":{"author":{"role":"system"},
                     "content":{"content_type":"text","parts":["be nice"]}}},
               "n1":{"id":"n1","parent":"n0","message":{"author":{"role":"user"},
                     "create_time":1700000001,
                     "content":{"content_type":"text","parts":["How deep?"]}}},
               "n5":{"id":"n5","parent":"n1","message":{"author":{"role":"assistant"},
                     "create_time":1700000009,"metadata":{"model_slug":"gpt-4"},
                     "content":{"content_type":"text","parts":["Much deeper.",{"text":"Yes."}]}}},
               "n2":{"id":"n2","parent":"n1","message":{"author":{"role":"assistant"},
                     "create_time":1700000002,"metadata":{"model_slug":"gpt-4"},
                     "content":{"content_type":"text","parts":["Deep."]}}},
               "n3":{"id":"n3","parent":"n2","message":{"author":{"role":"user"},
                     "content":{"content_type":"text","parts":[""]}}}}}]
            """;
    private static final String LIBRECHAT =
            """
            {"conversationId":"%1$s","title":"Ships","endpoint":"openAI","messages":[
              {"messageId":"a","parentMessageId":"00000000-0000-0000-0000-000000000000",
               "text":"What floats?","isCreatedByUser":true,"sender":"User",
               "createdAt":"2024-02-03T04:05:06.000Z","children":[
                 {"messageId":"b","parentMessageId":"a","text":"","isCreatedByUser":false,
                  "model":"gpt-4o","content":[{"type":"text","text":{"value":"Ships."}}],
                  "children":[]}]}]}
            """;
    private static final String OPEN_WEBUI =
            """
            [{"id":"%1$s","title":"Wind","chat":{"history":{"currentId":"y","messages":{
               "x":{"id":"x","parentId":null,"role":"user","content":"What blows?",
                    "timestamp":1710000000},
               "y":{"id":"y","parentId":"x","role":"assistant","content":"The wind.",
                    "model":"llama3","timestamp":1710000001}}}}}]
            """;

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final String AUDITOR = Tokens.of("the-auditor", "auditor");

    private final String user = newUser();
    private final String token = Tokens.of(user, "user", "blue");

    @Test
    void chatGptBecomesATreeThatEndsWithTheBranchThatWasSeen() {
        JsonNode outcome = own(CHATGPT.formatted(newId()));

        assertThat(outcome.path("conversations").intValue()).isEqualTo(1);
        assertThat(outcome.path("messages").intValue()).isEqualTo(3);
        assertThat(outcome.path("skipped").intValue()).isEqualTo(1);
        ImportRequested request = requests().getFirst();
        assertThat(request.importId()).isEqualTo(outcome.path("import_id").stringValue());
        assertThat(request.source()).isEqualTo("chatgpt");
        assertThat(request.title()).isEqualTo("The sea");
        assertThat(request.userId()).isEqualTo(user);
        assertThat(request.caller().team()).isEqualTo("blue");
        assertThat(request.messages())
                .extracting(ImportedMessage::text)
                .containsExactly("How deep?", "Deep.", "Much deeper.\nYes.");
        ImportedMessage question = request.messages().getFirst();
        assertThat(question.parentId()).isNull();
        assertThat(question.at()).isEqualTo("2023-11-14T22:13:21Z");
        assertThat(request.messages().get(2).parentId()).isEqualTo(question.messageId());
        assertThat(request.messages().get(2).model()).isEqualTo("gpt-4");
    }

    @Test
    void libreChatAndOpenWebUiAreKnownByTheirShape() {
        own(LIBRECHAT.formatted(newId()));
        own(OPEN_WEBUI.formatted(newId()));

        List<ImportRequested> requests = requests();
        assertThat(requests)
                .extracting(ImportRequested::source)
                .containsExactly("librechat", "open-webui");
        assertThat(requests.get(0).messages())
                .extracting(ImportedMessage::text)
                .containsExactly("What floats?", "Ships.");
        assertThat(requests.get(1).messages())
                .extracting(ImportedMessage::text)
                .containsExactly("What blows?", "The wind.");
        assertThat(requests.get(1).messages().get(1).model()).isEqualTo("llama3");
    }

    @Test
    void theSameFileAgainIsTheSameImportAndAnothersIsAnother() {
        String file = OPEN_WEBUI.formatted(newId());
        own(file);
        own(file);
        String other = newUser();
        JsonNode forOther = AUDIT.json(AUDITOR, "POST", "/api/audit/imports?user=" + other, file);

        List<ImportRequested> requests = requests();
        assertThat(requests).hasSize(2);
        assertThat(requests.get(0).messages()).isEqualTo(requests.get(1).messages());
        assertThat(requests.get(0).conversationId()).isEqualTo(requests.get(1).conversationId());
        assertThat(forOther.path("import_id").stringValue())
                .isNotEqualTo(requests.getFirst().importId());
        assertThat(requests(other).getFirst().caller().id()).isEqualTo("the-auditor");
        assertThat(AUDIT.send(token, "POST", "/api/audit/imports?user=" + other, file).statusCode())
                .isEqualTo(403);
    }

    @Test
    void aLongConversationComesInPartsThatBeginWithAQuestion() {
        StringBuilder messages = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            messages.append(i == 0 ? "" : ",")
                    .append(
                            "\"m%d\":{\"parentId\":%s,\"role\":\"%s\",\"content\":\"Message %d\"}"
                                    .formatted(
                                            i,
                                            i == 0 ? "null" : "\"m" + (i - 1) + "\"",
                                            i % 2 == 0 ? "user" : "assistant",
                                            i));
        }
        own(
                "[{\"id\":\"long\",\"chat\":{\"history\":{\"currentId\":\"m499\",\"messages\":{%s}}}}]"
                        .formatted(messages));

        List<ImportRequested> parts = requests();
        assertThat(parts).hasSizeGreaterThan(3);
        Set<String> before = new HashSet<>();
        int count = 0;
        for (ImportRequested part : parts) {
            assertThat(part.conversationId()).isEqualTo(parts.getFirst().conversationId());
            assertThat(part.messages().getFirst().role()).isEqualTo("user");
            for (ImportedMessage message : part.messages()) {
                assertThat(message.parentId() == null || before.contains(message.parentId()))
                        .isTrue();
                before.add(message.messageId());
                count++;
            }
        }
        assertThat(count).isEqualTo(500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"no json", "[]", "{}", "[{\"title\":\"x\"}]", "7", "[[[["})
    void refusesAFileThatIsNone(String file) {
        assertThat(AUDIT.send(token, "POST", "/api/conversations/import", file).statusCode())
                .isEqualTo(400);
    }

    /** The log as the orchestrator leaves it. */
    @Test
    void whatWasImportedIsAConversationLikeAnyOther() {
        String conversation = newId();
        String first = newId();
        String second = newId();
        LOG.link(
                user,
                conversation,
                LOG.imported(user, first, null, "user", "Any quokkas?", "Fauna"));
        LOG.link(
                user, conversation, LOG.imported(user, newId(), first, "assistant", "Some.", null));
        String beside = newId();
        LOG.link(
                user,
                conversation,
                LOG.imported(user, beside, first, "assistant", "Numbats.", null));
        LOG.link(user, conversation, LOG.imported(user, second, beside, "user", "And?", null));
        LOG.exchange(user, conversation, second, "Go on", "I do");

        JsonNode shown = SURROUNDINGS.conversation(user, conversation, 4);

        assertThat(shown.path("title").stringValue()).isEqualTo("Fauna");
        assertThat(shown.path("messages").intValue()).isEqualTo(3);
        assertThat(shown.at("/turns/0/text").stringValue()).isEqualTo("Any quokkas?");
        assertThat(shown.at("/turns/0/answer").stringValue()).isEqualTo("Some.");
        assertThat(shown.at("/turns/0/entrance").stringValue()).isEqualTo("import");
        assertThat(shown.at("/turns/1/answer").stringValue()).isEqualTo("Numbats.");
        assertThat(shown.at("/turns/1/parent_id").stringValue()).isEqualTo(first);
        assertThat(shown.at("/turns/3/text").stringValue()).isEqualTo("Go on");
        SURROUNDINGS.indexed(user);
        for (String word : List.of("quokkas", "numbats", "fauna")) {
            assertThat(AUDIT.json(token, "/api/conversations?query=" + word).path("items").size())
                    .as(word)
                    .isEqualTo(1);
        }
        assertThat(
                        AUDIT.json(AUDITOR, "/api/audit/messages?query=numbats&user=" + user)
                                .at("/items/0/text")
                                .stringValue())
                .isEqualTo("Any quokkas?");
        assertThat(
                        AUDIT.get(
                                        token,
                                        "/api/conversations/"
                                                + conversation
                                                + "/export?format=jsonl")
                                .body())
                .contains("Numbats.");
    }

    private JsonNode own(String file) {
        var answer = AUDIT.send(token, "POST", "/api/conversations/import", file);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Json.tree(answer.body().getBytes(StandardCharsets.UTF_8));
    }

    private List<ImportRequested> requests() {
        return requests(user);
    }

    private static List<ImportRequested> requests(String of) {
        return new LogReader(SURROUNDINGS.broker().bootstrapServers())
                .values(Topic.REQUESTS, of).stream()
                        .map(json ->
                                Json.read(
                                        json.getBytes(StandardCharsets.UTF_8),
                                        ImportRequested.class))
                        .toList();
    }
}
