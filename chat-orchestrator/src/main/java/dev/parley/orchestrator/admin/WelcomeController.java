package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.policy.PolicyShapes;
import dev.parley.orchestrator.policy.SubjectKind;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The greeting of everybody whose user and role have none; version 0: there is none. */
@RestController
@ConditionalOnDatabase
@RequestMapping("/api/admin/welcome")
class WelcomeController {

    private final PolicyBook book;
    private final Calls calls;

    WelcomeController(PolicyBook book, Calls calls) {
        this.book = book;
        this.calls = calls;
    }

    @GetMapping
    ResponseEntity<byte[]> get(Administrator caller) {
        return Calls.json(HttpStatus.OK, shown());
    }

    /** Sets the text; null or an empty one takes it away. */
    @PutMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> put(Administrator caller, HttpServletRequest request)
            throws IOException {
        ObjectNode body = calls.object(request);
        Long seen = Calls.version(body, null);
        JsonNode text = body.get("text");
        if (text != null && (text.isNull() || text.asString("?").isEmpty()) && body.size() == 1) {
            if (book.find(SubjectKind.WELCOME, SubjectKind.WELCOME_NAME).isPresent()) {
                book.delete(caller, SubjectKind.WELCOME, SubjectKind.WELCOME_NAME, seen);
            }
        } else {
            book.put(
                    caller,
                    PolicyShapes.read(SubjectKind.WELCOME, SubjectKind.WELCOME_NAME, body),
                    seen);
        }
        return Calls.json(HttpStatus.OK, shown());
    }

    private ObjectNode shown() {
        return book.find(SubjectKind.WELCOME, SubjectKind.WELCOME_NAME)
                .map(Items::ofWelcome)
                .orElseGet(() -> {
                    ObjectNode none = JsonNodeFactory.instance.objectNode();
                    none.putNull("text");
                    none.put("version", 0);
                    return none;
                });
    }
}
