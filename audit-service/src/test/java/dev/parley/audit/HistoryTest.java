package dev.parley.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.TestBroker;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.fixture.Tokens;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** What users ask about themselves, over HTTP, from a log that a real broker holds. */
class HistoryTest {

    private static TestBroker broker;
    private static TestDatabase database;
    private static AuditService audit;
    private static LogWriter log;

    @BeforeAll
    static void start() {
        broker = TestBroker.start();
        database = TestDatabase.start();
        audit = AuditService.start(broker.bootstrapServers(), database.url());
        log = new LogWriter(broker.bootstrapServers());
    }

    @AfterAll
    static void stop() {
        log.close();
        audit.close();
        database.close();
        broker.close();
    }

    @Test
    void showsAConversationWithinASecondOfItsLastLink() {
        String user = "user-" + UUID.randomUUID();
        String conversation = UUID.randomUUID().toString();
        String first = log.exchange(user, conversation, null, "What is a log?", "A list.");
        String second = log.exchange(user, conversation, first, "And then?", "It grows.");

        JsonNode shown = eventually(user, conversation, 2);

        assertThat(shown.at("/turns/0/message_id").stringValue()).isEqualTo(first);
        assertThat(shown.at("/turns/0/text").stringValue()).isEqualTo("What is a log?");
        assertThat(shown.at("/turns/0/answer").stringValue()).isEqualTo("A list.");
        assertThat(shown.at("/turns/0/status").stringValue()).isEqualTo("done");
        assertThat(shown.at("/turns/1/message_id").stringValue()).isEqualTo(second);
        assertThat(shown.at("/turns/1/parent_id").stringValue()).isEqualTo(first);
        assertThat(shown.at("/title").stringValue()).isEqualTo("What is a log?");
        assertThat(shown.at("/usage/tokens_output").intValue()).isEqualTo(40);
        assertThat(shown.at("/complete").booleanValue()).isTrue();
    }

    private static JsonNode eventually(String user, String conversation, int turns) {
        return Awaitility.await(turns + " turns of " + conversation)
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(20))
                .until(
                        () ->
                                audit.json(
                                        Tokens.of(user, "user"),
                                        "/api/conversations/" + conversation),
                        shown ->
                                shown.path("turns").size() == turns
                                        && shown.at("/turns/" + (turns - 1)).has("usage"));
    }
}
