package dev.parley.e2e.browser;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.FilePayload;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What was said before: found, opened, continued, renamed, archived, exported, imported. */
@ExtendWith({Chromium.class, SharedRun.class})
class HistoryPageTest {

    private final OneCommandRun run;
    private final Browser browser;

    /** A word that no other conversation has. */
    private final String word = "w" + UUID.randomUUID().toString().replace("-", "");

    private ConsolePage console;
    private String told = "";

    HistoryPageTest(OneCommandRun run, Browser browser) {
        this.run = run;
        this.browser = browser;
    }

    @BeforeEach
    void tellSomething() {
        console = ConsolePage.open(browser, run.gateway()).signIn("user1");
        console.awaitState(console.ask("/demo echo\nremember " + word), "done");
        told = console.conversationId();
    }

    @AfterEach
    void closePage() {
        console.close();
    }

    @Test
    void a_conversation_is_found_opened_and_continued() {
        String id = conversation();
        console.id("new-conversation").click();
        assertThat(console.id("empty")).isVisible(ConsolePage.visible());
        Locator found = found();
        found.getByTestId("history-item").click();
        assertThat(console.id("transcript")).containsText(word, ConsolePage.soonText());
        assertThat(console.turns()).hasCount(1);
        console.awaitState(console.ask("/demo echo\nand more"), "done");
        assertThat(conversation()).isEqualTo(id);
        assertThat(console.turns()).hasCount(2);
    }

    @Test
    void a_conversation_is_renamed_and_archived() {
        Locator found = found();
        menu(found, "rename");
        console.id("rename-title").fill("Title " + word);
        console.id("rename-dialog-confirm").click();
        assertThat(console.id("history-list"))
                .containsText("Title " + word, ConsolePage.soonText());
        assertThat(console.id("conversation-title")).containsText("Title " + word);
        menu(found(), "archive");
        assertThat(console.id("history-list").getByText(word)).hasCount(0);
        console.id("history-options").click();
        console.id("history-archived").click();
        assertThat(console.id("history-list"))
                .containsText("Title " + word, ConsolePage.soonText());
    }

    @Test
    void a_conversation_is_exported_in_four_formats() throws IOException {
        Locator found = found();
        for (Map.Entry<String, String> format :
                Map.of("markdown", ".md", "json", ".json", "jsonl", ".jsonl", "csv", ".csv")
                        .entrySet()) {
            Download download =
                    console.page().waitForDownload(() -> menu(found, "export-" + format.getKey()));
            assertThat(download.suggestedFilename()).endsWith(format.getValue());
            assertThat(Files.readString(download.path())).contains(word);
        }
    }

    @Test
    void a_file_of_another_program_is_imported() {
        String name = "imported" + word;
        String file =
                """
                [{"title":"%s","create_time":1700000000.0,"update_time":1700000100.0,
                  "conversation_id":"%s","current_node":"c","mapping":{
                  "a":{"id":"a","message":null,"parent":null,"children":["b"]},
                  "b":{"id":"b","parent":"a","children":["c"],"message":{"id":"b",
                    "author":{"role":"user"},"create_time":1700000001.0,
                    "content":{"content_type":"text","parts":["an old question"]}}},
                  "c":{"id":"c","parent":"b","children":[],"message":{"id":"c",
                    "author":{"role":"assistant"},"create_time":1700000002.0,
                    "content":{"content_type":"text","parts":["an old answer"]}}}}}]
                """
                        .formatted(name, UUID.randomUUID());
        console.id("import-file")
                .setInputFiles(
                        new FilePayload(
                                "conversations.json",
                                "application/json",
                                file.getBytes(StandardCharsets.UTF_8)));
        assertThat(console.id("history-note"))
                .containsText("1 conversations", ConsolePage.soonText());
        console.id("history-search").fill("");
        Locator imported =
                console.id("history-list")
                        .locator("li")
                        .filter(new Locator.FilterOptions().setHasText(name));
        assertThat(imported).hasCount(1, ConsolePage.soonCount());
        imported.getByTestId("history-item").click();
        assertThat(console.id("transcript")).containsText("an old answer", ConsolePage.soonText());
    }

    /** The list's entry, once the search knows the word. */
    private Locator found() {
        Locator entry = console.id("history-list").locator("li");
        console.repeatUntil(
                () ->
                        console.page()
                                .waitForResponse(
                                        answer -> answer.url().contains("query=" + word),
                                        () -> {
                                            console.id("history-search").fill("");
                                            console.id("history-search").fill(word);
                                        }),
                console.id("history-list").locator("li[data-id='" + told + "']"),
                1);
        assertThat(entry).hasCount(1, ConsolePage.soonCount());
        return entry;
    }

    private void menu(Locator entry, String action) {
        entry.hover();
        entry.getByTestId("history-menu").click();
        entry.getByTestId(action).click();
    }

    private String conversation() {
        return console.conversationId();
    }
}
