package dev.parley.cli;

import dev.parley.schemas.frame.ServerFrame;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The commands that read something and show it. */
final class Lookups {

    private static final Map<String, String> ENDINGS =
            Map.of("markdown", "md", "json", "json", "jsonl", "jsonl", "csv", "csv");
    private static final int HISTORY_LINES = 20;

    static final List<String> HELP =
            List.of(
                    "/stop                     stop the running answer (also Ctrl-C)",
                    "/approve, /deny           answer the question whether a tool may run",
                    "/new                      start a new conversation",
                    "/history [words]          list your conversations, or those with the words",
                    "/export [format] [file]   save this conversation: markdown, json, jsonl or csv",
                    "/usage                    what is used and left of your limits",
                    "/quit                     leave (also Ctrl-C or Ctrl-D)");

    private final Gateway gateway;
    private final Screen screen;

    Lookups(Gateway gateway, Screen screen) {
        this.gateway = gateway;
        this.screen = screen;
    }

    void history(String words) throws IOException, InterruptedException {
        Map<String, String> parameters =
                Map.of("query", words, "limit", Integer.toString(HISTORY_LINES));
        JsonNode items = gateway.get(Gateway.query("/api/conversations", parameters)).path("items");
        if (items.isEmpty()) {
            screen.reply("Nothing found.");
        }
        for (JsonNode item : items) {
            screen.reply(text(item, "conversation_id", "id") + "  " + text(item, "title"));
        }
        if (!items.isEmpty()) {
            screen.note("Go on with one of them: parley chat --conversation ID");
        }
    }

    void export(@Nullable String conversation, String arguments)
            throws IOException, InterruptedException {
        if (conversation == null) {
            screen.reply("There is no conversation yet.");
            return;
        }
        String[] words = arguments.isBlank() ? new String[0] : arguments.trim().split("\\s+", 2);
        String format = words.length > 0 ? words[0] : "markdown";
        String ending = ENDINGS.get(format);
        if (ending == null) {
            screen.reply("The formats are markdown, json, jsonl and csv.");
            return;
        }
        Path file =
                Path.of(
                        words.length > 1
                                ? words[1]
                                : "conversation-" + conversation + "." + ending);
        byte[] export =
                gateway.download(
                        "/api/conversations/"
                                + Gateway.encode(conversation)
                                + "/export?format="
                                + format);
        try {
            Files.write(file, export, StandardOpenOption.CREATE_NEW);
            screen.reply("Saved " + file + ", " + export.length + " bytes.");
        } catch (FileAlreadyExistsException e) {
            screen.reply(file + " exists already; name another file.");
        }
    }

    void usage(ServerFrame.@Nullable Usage usage) {
        if (usage == null || usage.limits().isEmpty()) {
            screen.reply("No limits apply.");
            return;
        }
        usage.limits().forEach(limit -> screen.reply(Advice.of(limit)));
    }

    private static String text(JsonNode item, String... names) {
        for (String name : names) {
            String text = item.path(name).asString("");
            if (!text.isEmpty()) {
                return text;
            }
        }
        return "";
    }
}
