package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.PolicyShapes;
import dev.parley.orchestrator.policy.SubjectKind;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ObjectNode;

/** Roles, users, teams, MCP servers and models: the same calls for each. */
@RestController
@ConditionalOnDatabase
@RequestMapping("/api/admin/{section:roles|users|teams|mcp-servers|models}")
class SubjectController {

    static final String MERGE_PATCH = "application/merge-patch+json";

    private final PolicyBook book;
    private final Calls calls;

    SubjectController(PolicyBook book, Calls calls) {
        this.book = book;
        this.calls = calls;
    }

    @GetMapping
    ResponseEntity<byte[]> list(
            Administrator caller,
            @PathVariable String section,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String query) {
        return Calls.page(
                book.list(
                        List.of(kind(section)),
                        Calls.after(after),
                        Calls.query(query),
                        Calls.limit(limit)),
                limit,
                Items::of);
    }

    @GetMapping("/{name}")
    ResponseEntity<byte[]> get(
            Administrator caller, @PathVariable String section, @PathVariable String name) {
        return shown(HttpStatus.OK, kind(section), name);
    }

    @PutMapping(path = "/{name}", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> put(
            Administrator caller,
            @PathVariable String section,
            @PathVariable String name,
            HttpServletRequest request)
            throws IOException {
        ObjectNode body = calls.object(request);
        Long seen = Calls.version(body, name);
        boolean made = book.put(caller, PolicyShapes.read(kind(section), name, body), seen);
        return shown(made ? HttpStatus.CREATED : HttpStatus.OK, kind(section), name);
    }

    @PatchMapping(
            path = "/{name}",
            consumes = {MERGE_PATCH, MediaType.APPLICATION_JSON_VALUE})
    ResponseEntity<byte[]> patch(
            Administrator caller,
            @PathVariable String section,
            @PathVariable String name,
            HttpServletRequest request)
            throws IOException {
        ObjectNode patch = calls.object(request);
        Long seen = Calls.version(patch, name);
        book.edit(
                caller,
                kind(section),
                name,
                seen,
                standing ->
                        PolicyShapes.read(
                                kind(section),
                                name,
                                MergePatch.apply(PolicyShapes.shape(standing), patch)));
        return shown(HttpStatus.OK, kind(section), name);
    }

    @DeleteMapping("/{name}")
    ResponseEntity<Void> delete(
            Administrator caller,
            @PathVariable String section,
            @PathVariable String name,
            @RequestParam(required = false) @Nullable Long version) {
        book.delete(caller, kind(section), name, version);
        return ResponseEntity.noContent().build();
    }

    private ResponseEntity<byte[]> shown(HttpStatus status, SubjectKind kind, String name) {
        return Calls.json(status, Items.of(book.require(kind, name)));
    }

    private static SubjectKind kind(String section) {
        return SubjectKind.ofSection(section).orElseThrow(PolicyBook::notFound);
    }
}
