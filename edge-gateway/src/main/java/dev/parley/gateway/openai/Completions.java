package dev.parley.gateway.openai;

import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.ClientAddress;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.chat.ChatSession;
import dev.parley.gateway.chat.Inlet;
import dev.parley.gateway.chat.Inlets;
import dev.parley.gateway.chat.Registry;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

/**
 * Answers as the OpenAI interface does. Its clients cannot resume; a disconnect stops the answer.
 */
@RestController
class Completions {

    /** The answer's own deadline is the orchestrator's; this only ends a wait for a lost one. */
    private static final Duration FRAME_TIMEOUT = Duration.ofMinutes(10);

    private static final int BODY_BYTES_MAX = 1 << 20;

    private final AccessControl access;
    private final Registry registry;
    private final Inlets inlets;
    private final ClientAddress clientAddress;

    Completions(
            AccessControl access, Registry registry, Inlets inlets, ClientAddress clientAddress) {
        this.access = access;
        this.clientAddress = clientAddress;
        this.registry = registry;
        this.inlets = inlets;
    }

    @GetMapping("/v1/models")
    void models(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            Identity identity = identify(request);
            List<Map<String, Object>> models =
                    access.models(identity).stream().map(Completions::model).toList();
            CompletionWriter.json(response, 200, Map.of("object", "list", "data", models));
        } catch (CompletionRefusal e) {
            CompletionWriter.refuse(response, e);
        }
    }

    private static Map<String, Object> model(String name) {
        return Map.of("id", name, "object", "model", "created", 0, "owned_by", "parley");
    }

    @PostMapping("/v1/chat/completions")
    void complete(HttpServletRequest request, HttpServletResponse response)
            throws IOException, InterruptedException {
        try {
            Identity identity = identify(request);
            byte[] body = request.getInputStream().readNBytes(BODY_BYTES_MAX + 1);
            if (body.length > BODY_BYTES_MAX) {
                throw new CompletionRefusal(ErrorCode.MESSAGE_TOO_LONG, "The body is too long.");
            }
            CompletionRequest asked = CompletionRequest.read(body);
            String address = clientAddress.of(request);
            if (registry.refusal(identity, address) != null) {
                throw new CompletionRefusal(ErrorCode.OVERLOADED, "Too many connections.", 1L);
            }
            answer(identity, asked, new CompletionLine(address), response);
        } catch (CompletionRefusal e) {
            CompletionWriter.refuse(response, e);
        }
    }

    private void answer(
            Identity identity,
            CompletionRequest asked,
            CompletionLine line,
            HttpServletResponse response)
            throws IOException, InterruptedException, CompletionRefusal {
        ChatSession session = registry.open(identity, line, Registry.Asked.NOTHING).join();
        if (session == null) {
            throw new CompletionRefusal(ErrorCode.UNAVAILABLE, "The gateway is not ready.", 1L);
        }
        boolean ended = false;
        String messageId = null;
        try {
            Inlet inlet = inlets.of(session);
            messageId = inlet.message(asked.message(), asked.context(), session.now(), true);
            CompletionWriter writer =
                    new CompletionWriter(
                            response, asked, messageId, session.now().getEpochSecond());
            ended = write(line, writer);
        } finally {
            if (!ended && messageId != null) {
                inlets.of(session).take(new ClientFrame.Stop(messageId));
            }
            session.lineEnded();
        }
    }

    /** Whether the answer came to its end. */
    private static boolean write(CompletionLine line, CompletionWriter writer)
            throws IOException, InterruptedException, CompletionRefusal {
        while (true) {
            JsonNode frame = line.next(FRAME_TIMEOUT);
            if (frame == null) {
                throw new CompletionRefusal(ErrorCode.UNAVAILABLE, "The answer was cut off.", 1L);
            }
            switch (frame.path("type").asString("")) {
                case "token" -> writer.token(frame.path("text").asString(""));
                case "restart" -> writer.restart(frame.path("keep").asInt(0));
                case "done" -> {
                    writer.done(frame.path("result"));
                    return true;
                }
                case "error" -> {
                    writer.fail(frame);
                    return true;
                }
                default -> {
                    // Frames that this interface has no word for.
                }
            }
        }
    }

    private Identity identify(HttpServletRequest request) throws CompletionRefusal {
        try {
            access.checkOrigin(request, false);
            return access.identifyBearer(request);
        } catch (RefusedException e) {
            throw new CompletionRefusal(e.code(), e.detail());
        }
    }
}
