package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ToolCatalog;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an MCP server offers, and which of it was accepted. */
@RestController
@ConditionalOnDatabase
@RequestMapping("/api/admin/mcp-servers/{name}/tools")
class ToolsController {

    private final PolicyBook book;
    private final ToolCatalogs catalogs;
    private final Calls calls;

    ToolsController(PolicyBook book, ToolCatalogs catalogs, Calls calls) {
        this.book = book;
        this.catalogs = catalogs;
        this.calls = calls;
    }

    @GetMapping
    ResponseEntity<byte[]> list(Administrator caller, @PathVariable String name) {
        book.require(SubjectKind.MCP_SERVER, name);
        Map<String, String> accepted = accepted(name);
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode items = answer.putArray("items");
        ToolCatalog catalog = catalogs.of(name);
        if (catalog != null) {
            catalog.tools().stream()
                    .sorted(Comparator.comparing(ToolCatalog.ToolDescriptor::name))
                    .forEach(tool -> items.add(item(tool, accepted.get(tool.name()))));
            answer.put("seen_at", catalog.at().toString());
            if (catalog.error() != null) {
                answer.put("error", catalog.error());
            }
        }
        answer.putNull("next");
        return Calls.json(HttpStatus.OK, answer);
    }

    /** With a {@code hash} in the body only the tool that the caller has looked at. */
    @PostMapping("/{tool}/accept")
    ResponseEntity<byte[]> accept(
            Administrator caller,
            @PathVariable String name,
            @PathVariable String tool,
            HttpServletRequest request)
            throws IOException {
        book.require(SubjectKind.MCP_SERVER, name);
        ToolCatalog catalog = catalogs.of(name);
        ToolCatalog.ToolDescriptor offered =
                catalog == null
                        ? null
                        : catalog.tools().stream()
                                .filter(t -> t.name().equals(tool))
                                .findFirst()
                                .orElse(null);
        if (offered == null) {
            throw PolicyBook.notFound();
        }
        String seen = hash(calls.body(request));
        if (seen != null && !seen.equals(offered.hash())) {
            throw new ConflictException(
                    "The tool has changed since; it has the hash " + offered.hash() + " now.");
        }
        book.accept(caller, name, tool, offered.hash());
        return Calls.json(HttpStatus.OK, item(offered, offered.hash()));
    }

    private static @Nullable String hash(byte[] body) {
        if (body.length == 0) {
            return null;
        }
        try {
            JsonNode hash = Json.tree(body).get("hash");
            return hash == null || hash.isNull() ? null : hash.asString("");
        } catch (dev.parley.schemas.UnreadableRecordException e) {
            throw new ProblemException(ErrorCode.BAD_FRAME, "The body is not JSON.");
        }
    }

    private Map<String, String> accepted(String server) {
        return book.find(SubjectKind.ACCEPTED_TOOLS, server)
                .map(row -> ((PolicyRecord.AcceptedTools) row.record()).hashes())
                .orElseGet(TreeMap::new);
    }

    private static ObjectNode item(ToolCatalog.ToolDescriptor tool, @Nullable String accepted) {
        ObjectNode item = JsonNodeFactory.instance.objectNode();
        item.put("tool", tool.name());
        item.put("description", tool.description());
        item.set("input_schema", tool.inputSchema());
        item.put("hash", tool.hash());
        if (accepted == null) {
            item.putNull("accepted_hash");
        } else {
            item.put("accepted_hash", accepted);
        }
        item.put(
                "state",
                accepted == null ? "new" : accepted.equals(tool.hash()) ? "accepted" : "changed");
        return item;
    }
}
