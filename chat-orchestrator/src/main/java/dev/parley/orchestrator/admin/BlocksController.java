package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.InvalidPolicyException;
import dev.parley.orchestrator.policy.PolicyShapes;
import dev.parley.orchestrator.policy.SubjectKind;
import dev.parley.schemas.record.PolicyRecord;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Who is blocked, why, and until when. */
@RestController
@ConditionalOnDatabase
@RequestMapping("/api/admin/blocks")
class BlocksController {

    private final PolicyBook book;
    private final Calls calls;
    private final Clock clock;

    BlocksController(PolicyBook book, Calls calls, Clock clock) {
        this.book = book;
        this.calls = calls;
        this.clock = clock;
    }

    @GetMapping
    ResponseEntity<byte[]> list(
            Administrator caller,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(required = false) @Nullable String query) {
        return Calls.page(
                book.list(
                        List.of(SubjectKind.BLOCK),
                        Calls.after(after),
                        Calls.query(query),
                        Calls.limit(limit)),
                limit,
                Items::ofBlock);
    }

    @GetMapping("/{user}")
    ResponseEntity<byte[]> get(Administrator caller, @PathVariable String user) {
        return shown(HttpStatus.OK, user);
    }

    /** Blocks at once, whether or not the user is blocked already. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> post(Administrator caller, HttpServletRequest request)
            throws IOException {
        ObjectNode body = calls.object(request);
        Long seen = Calls.version(body, null);
        JsonNode named = body.remove("user");
        if (named == null || !named.isString()) {
            throw new InvalidPolicyException("user", "must be the id of a user.");
        }
        String user = named.stringValue();
        PolicyRecord.Block block =
                (PolicyRecord.Block) PolicyShapes.read(SubjectKind.BLOCK, user, body);
        if (block.until() != null && !block.until().isAfter(clock.instant())) {
            throw new InvalidPolicyException("until", "must be in the future.");
        }
        boolean made = book.putAnyVersion(caller, block, seen);
        return shown(made ? HttpStatus.CREATED : HttpStatus.OK, user);
    }

    @DeleteMapping("/{user}")
    ResponseEntity<Void> delete(
            Administrator caller,
            @PathVariable String user,
            @RequestParam(required = false) @Nullable Long version) {
        book.delete(caller, SubjectKind.BLOCK, user, version);
        return ResponseEntity.noContent().build();
    }

    private ResponseEntity<byte[]> shown(HttpStatus status, String user) {
        return Calls.json(status, Items.ofBlock(book.require(SubjectKind.BLOCK, user)));
    }
}
