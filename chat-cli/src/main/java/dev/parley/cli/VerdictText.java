package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.chain.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Says a verdict, to a person or a script. */
final class VerdictText {

    private VerdictText() {}

    static void print(PrintWriter out, Path file, Verdict verdict, double seconds, boolean json) {
        if (json) {
            out.println(Json.writeText(members(verdict)));
        } else {
            forPerson(out, file, verdict, seconds);
        }
        out.flush();
    }

    private static void forPerson(PrintWriter out, Path file, Verdict verdict, double seconds) {
        Verdict.Broken broken = verdict.firstBroken();
        if (broken == null) {
            out.printf(
                    Locale.ROOT,
                    "%s holds: %d links of %d conversation%s, in %.2f s%n",
                    file,
                    verdict.links(),
                    verdict.conversations(),
                    verdict.conversations() == 1 ? "" : "s",
                    seconds);
            out.printf(
                    "  signed by %s%s%n",
                    String.join(", ", verdict.keyIds()),
                    verdict.keysKnown()
                            ? ", which you gave"
                            : ": the file's own word; give --key to know whose it is");
            out.println(
                    verdict.newestCheckpoint() == null
                            ? "  no checkpoint covers it yet"
                            : "  checkpoint " + verdict.newestCheckpoint() + " covers it");
            return;
        }
        out.printf("%s does NOT hold%n", file);
        out.printf(
                "  %s, line %d, conversation %s, link %s: %s%n",
                broken.reason().label(),
                broken.line(),
                broken.conversationId() == null ? "?" : broken.conversationId(),
                broken.ordinal() < 0 ? "?" : Long.toString(broken.ordinal()),
                broken.detail());
        out.printf("  %d links before it hold%n", verdict.links());
    }

    private static Map<String, @Nullable Object> members(Verdict verdict) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        Verdict.Broken broken = verdict.firstBroken();
        members.put("ok", verdict.isOk());
        members.put("links", verdict.links());
        members.put("conversations", verdict.conversations());
        members.put("key_ids", verdict.keyIds());
        members.put("keys_known", verdict.keysKnown());
        members.put("checkpoint", verdict.newestCheckpoint());
        if (broken != null) {
            Map<String, @Nullable Object> first = new LinkedHashMap<>();
            first.put("line", broken.line());
            first.put("conversation_id", broken.conversationId());
            first.put("ordinal", broken.ordinal());
            first.put("reason", broken.reason().label());
            first.put("detail", broken.detail());
            members.put("first_broken", first);
        }
        return members;
    }
}
