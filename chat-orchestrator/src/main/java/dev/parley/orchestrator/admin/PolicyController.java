package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.PolicyYaml;
import dev.parley.schemas.record.PolicyChange;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The whole policy as one YAML document. */
@RestController
@ConditionalOnDatabase
@RequestMapping("/api/admin/policy")
class PolicyController {

    private static final String YAML = "application/yaml";
    private static final String X_YAML = "application/x-yaml";
    private static final String TEXT_YAML = "text/yaml";

    private final PolicyBook book;
    private final Calls calls;

    PolicyController(PolicyBook book, Calls calls) {
        this.book = book;
        this.calls = calls;
    }

    @GetMapping
    ResponseEntity<byte[]> export(Administrator caller) {
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(YAML))
                .cacheControl(CacheControl.noStore())
                .body(PolicyYaml.write(book.all()));
    }

    @PostMapping(
            path = "/diff",
            consumes = {YAML, X_YAML, TEXT_YAML})
    ResponseEntity<byte[]> diff(
            Administrator caller,
            @RequestParam(defaultValue = "false") boolean prune,
            HttpServletRequest request)
            throws IOException {
        return shown(book.diff(caller, PolicyYaml.parse(calls.body(request)), prune));
    }

    @PutMapping(consumes = {YAML, X_YAML, TEXT_YAML})
    ResponseEntity<byte[]> apply(
            Administrator caller,
            @RequestParam(defaultValue = "false") boolean prune,
            HttpServletRequest request)
            throws IOException {
        return shown(book.apply(caller, PolicyYaml.parse(calls.body(request)), prune));
    }

    private static ResponseEntity<byte[]> shown(List<PolicyChange> changes) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode items = answer.putArray("changes");
        for (PolicyChange change : changes) {
            ObjectNode item = items.addObject();
            item.put("action", change.action());
            item.put("subject", change.subject());
            item.set("before", change.before());
            item.set("after", change.after());
        }
        return Calls.json(HttpStatus.OK, answer);
    }
}
