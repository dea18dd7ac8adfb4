package dev.parley.audit.live;

import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.springframework.http.HttpHeaders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * Checkpoints as they happen, by WebSocket or server-sent events, for auditors of all teams: a
 * checkpoint does not say whose team it is.
 */
@RestController
final class FlowFeedController {

    private final FlowFeed feed;
    private final LiveSettings settings;
    private final ReadJournal journal;

    FlowFeedController(FlowFeed feed, LiveSettings settings, ReadJournal journal) {
        this.feed = feed;
        this.settings = settings;
        this.journal = journal;
    }

    @GetMapping("/ws/flows")
    void socket(
            Reader caller,
            @RequestParam Map<String, String> parameters,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        FlowFeed.Wanted wanted = admitted(caller, parameters);
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "Upgrade");
            response.sendError(426);
            return;
        }
        JettyWebSocketServerContainer.getContainer(request.getServletContext())
                .upgrade((asked, answer) -> line(wanted), request, response);
    }

    private SocketLine line(FlowFeed.Wanted wanted) {
        LiveQueue[] queue = new LiveQueue[1];
        return new SocketLine(
                settings.patience(),
                line -> {
                    LiveQueue own = new LiveQueue(settings, line);
                    queue[0] = own;
                    Thread.ofVirtual()
                            .name("live-reader")
                            .start(() -> {
                                feed.join(own, wanted);
                                own.offer("{\"type\":\"ready\"}");
                                own.drain();
                                feed.leave(own);
                            });
                },
                () -> {
                    if (queue[0] != null) {
                        queue[0].end();
                    }
                });
    }

    /** Written by the request's own thread, which is a virtual one. */
    @GetMapping("/api/audit/flows/stream")
    void stream(
            Reader caller,
            @RequestParam Map<String, String> parameters,
            HttpServletResponse response)
            throws IOException {
        FlowFeed.Wanted wanted = admitted(caller, parameters);
        response.setContentType("text/event-stream");
        response.setCharacterEncoding(StandardCharsets.UTF_8);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        LiveQueue own = new LiveQueue(settings, new StreamLine(response.getOutputStream()));
        feed.join(own, wanted);
        try {
            own.offer("{\"type\":\"ready\"}");
            own.drain();
        } finally {
            feed.leave(own);
        }
    }

    private FlowFeed.Wanted admitted(Reader caller, Map<String, String> parameters) {
        Inspectors.admitToAll(caller);
        Map<String, String> asked = new TreeMap<>(parameters);
        asked.keySet().retainAll(java.util.Set.of("user", "conversation_id"));
        if (feed.readers() >= settings.readersMax()) {
            throw new ProblemException(
                    ErrorCode.OVERLOADED, "As many readers as this instance takes are here.");
        }
        journal.record(caller, "flows/live", null, asked);
        return new FlowFeed.Wanted(
                Parameters.filter("user", parameters.get("user")),
                Parameters.filter("conversation_id", parameters.get("conversation_id")));
    }
}
