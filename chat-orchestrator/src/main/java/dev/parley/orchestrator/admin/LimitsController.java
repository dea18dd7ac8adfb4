package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.InvalidPolicyException;
import dev.parley.orchestrator.policy.PolicyShapes;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.record.PolicyRecord;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
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
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The limits of roles, users and teams alone; their version is that of whom they belong to. */
@RestController
@ConditionalOnDatabase
@RequestMapping("/api/admin/limits")
class LimitsController {

    private static final List<SubjectKind> LIMITED =
            List.of(SubjectKind.ROLE, SubjectKind.TEAM, SubjectKind.USER);
    private static final String ONE = "/{section:roles|users|teams}/{name}";

    private final PolicyBook book;
    private final Calls calls;

    LimitsController(PolicyBook book, Calls calls) {
        this.book = book;
        this.calls = calls;
    }

    @GetMapping
    ResponseEntity<byte[]> list(
            Administrator caller,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String query) {
        return Calls.page(
                book.list(LIMITED, Calls.after(after), Calls.query(query), Calls.limit(limit)),
                limit,
                Items::ofLimits);
    }

    @GetMapping(ONE)
    ResponseEntity<byte[]> get(
            Administrator caller, @PathVariable String section, @PathVariable String name) {
        return shown(HttpStatus.OK, kind(section), name);
    }

    /** Creates whom the limits are for where there is nobody yet. */
    @PutMapping(path = ONE, consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> put(
            Administrator caller,
            @PathVariable String section,
            @PathVariable String name,
            HttpServletRequest request)
            throws IOException {
        ObjectNode body = calls.object(request);
        Long seen = version(body, section, name);
        onlyLimits(body);
        SubjectKind kind = kind(section);
        if (seen == null || seen == 0) {
            // With whom they belong to in being, this is a conflict that tells the version.
            PolicyRecord record = PolicyShapes.read(kind, name, body);
            book.put(caller, record, null);
            return shown(HttpStatus.CREATED, kind, name);
        }
        edit(caller, kind, name, seen, standing -> replaced(standing, body.get("limits")));
        return shown(HttpStatus.OK, kind, name);
    }

    @PatchMapping(
            path = ONE,
            consumes = {SubjectController.MERGE_PATCH, MediaType.APPLICATION_JSON_VALUE})
    ResponseEntity<byte[]> patch(
            Administrator caller,
            @PathVariable String section,
            @PathVariable String name,
            HttpServletRequest request)
            throws IOException {
        ObjectNode patch = calls.object(request);
        Long seen = version(patch, section, name);
        onlyLimits(patch);
        edit(
                caller,
                kind(section),
                name,
                seen,
                standing -> (ObjectNode) MergePatch.apply(standing, patch));
        return shown(HttpStatus.OK, kind(section), name);
    }

    /** Takes the limits away, not whom they belong to. */
    @DeleteMapping(ONE)
    ResponseEntity<Void> delete(
            Administrator caller,
            @PathVariable String section,
            @PathVariable String name,
            @RequestParam(required = false) @Nullable Long version) {
        SubjectKind kind = kind(section);
        Long seen = version != null ? version : book.require(kind, name).version();
        edit(caller, kind, name, seen, standing -> replaced(standing, null));
        return ResponseEntity.noContent().build();
    }

    private void edit(
            Administrator caller,
            SubjectKind kind,
            String name,
            @Nullable Long seen,
            UnaryOperator<ObjectNode> edit) {
        book.edit(
                caller,
                kind,
                name,
                seen,
                standing ->
                        PolicyShapes.read(kind, name, edit.apply(PolicyShapes.shape(standing))));
    }

    private static @Nullable Long version(ObjectNode body, String section, String name) {
        JsonNode kind = body.remove("kind");
        if (kind != null && !section.equals(kind.asString(""))) {
            throw new InvalidPolicyException("kind", "is not the kind in the address.");
        }
        return Calls.version(body, name);
    }

    private static void onlyLimits(ObjectNode body) {
        for (String field : body.propertyNames()) {
            if (!field.equals("limits")) {
                throw new InvalidPolicyException(
                        field, "is not a known field; known are limits, version.");
            }
        }
    }

    private static ObjectNode replaced(ObjectNode standing, @Nullable JsonNode limits) {
        standing.set("limits", limits == null ? JsonNodeFactory.instance.objectNode() : limits);
        return standing;
    }

    private ResponseEntity<byte[]> shown(HttpStatus status, SubjectKind kind, String name) {
        return Calls.json(status, Items.ofLimits(book.require(kind, name)));
    }

    private static SubjectKind kind(String section) {
        return SubjectKind.ofSection(section).orElseThrow(PolicyBook::notFound);
    }
}
