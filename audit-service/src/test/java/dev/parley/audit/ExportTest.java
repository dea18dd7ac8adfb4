package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ConversationChain;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The four files of a conversation. */
class ExportTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final LogWriter LOG = SURROUNDINGS.log();

    private final String user = newUser();
    private final String token = Tokens.of(user, "user");
    private final String conversation = newId();

    @BeforeEach
    void write() {
        String first =
                LOG.exchange(
                        user,
                        conversation,
                        null,
                        "=HYPERLINK(\"http://evil\",\"x\")",
                        "Line one\nline \"two\", <script>alert(1)</script> and 1 < 2");
        LOG.exchange(user, conversation, first, "-2+3", "[go](javascript:alert(1)) Grüße 😀");
        SURROUNDINGS.eventually(
                token,
                "/api/conversations/" + conversation,
                shown -> shown.path("links").asInt(0) == 6);
    }

    @Test
    void jsonIsTheConversation() {
        var answer = export("json");

        JsonNode shown = tree(answer.body());
        assertThat(shown.at("/turns/1/answer").stringValue()).contains("Grüße 😀");
        assertThat(answer.headers().firstValue("content-disposition"))
                .hasValue("attachment; filename=\"conversation-" + conversation + ".json\"");
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
    }

    @Test
    void jsonlIsTheChainAsItWasHashedWithTheTextsBeside() {
        List<String> lines = export("jsonl").body().lines().toList();

        assertThat(lines).hasSize(6);
        String previous = ConversationChain.GENESIS;
        for (int i = 0; i < lines.size(); i++) {
            JsonNode link = tree(lines.get(i)).path("link");
            assertThat(link.path("ordinal").intValue()).isEqualTo(i);
            assertThat(link.path("prev_hash").stringValue()).isEqualTo(previous);
            assertThat(ConversationChain.hash(link)).isEqualTo(link.path("hash").stringValue());
            previous = link.path("hash").stringValue();
        }
        assertThat(tree(lines.get(3)).at("/text/text").stringValue()).isEqualTo("-2+3");
        assertThat(tree(lines.get(3)).at("/position/offset").isNumber()).isTrue();
    }

    @Test
    void csvQuotesCellsThatBeginAFormula() {
        String csv = export("csv").body();

        assertThat(csv).contains("\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"");
        assertThat(csv).contains("\"'-2+3\"");
        assertThat(csv).contains("\"Line one\nline \"\"two\"\", ");
        assertThat(csv.lines().findFirst().orElseThrow()).startsWith("message_id,parent_id");
    }

    @Test
    void markdownHoldsNothingThatABrowserRuns() {
        String markdown = export("markdown").body();

        assertThat(markdown).doesNotContain("<script").contains("&lt;script>", "1 < 2");
        assertThat(markdown).doesNotContain("](javascript:").contains("](unsafe:javascript:");
        assertThat(markdown).contains("## User", "## Assistant", "Grüße 😀");
    }

    @Test
    void refusesAnUnknownFormat() {
        assertThat(export("exe").statusCode()).isEqualTo(400);
    }

    private java.net.http.HttpResponse<String> export(String format) {
        return SURROUNDINGS
                .audit()
                .get(token, "/api/conversations/" + conversation + "/export?format=" + format);
    }

    private static JsonNode tree(String json) {
        return Json.tree(json.getBytes(StandardCharsets.UTF_8));
    }
}
