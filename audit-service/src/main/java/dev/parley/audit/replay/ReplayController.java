package dev.parley.audit.replay;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.live.SocketLine;
import dev.parley.audit.replay.Replay.Mode;
import dev.parley.audit.web.Inspectors;
import dev.parley.audit.web.Reader;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.eclipse.jetty.ee11.websocket.server.JettyWebSocketServerContainer;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Replays, for inspectors alone; each call is written down before it is answered. */
@RestController
final class ReplayController {

    private static final int UPGRADE_REQUIRED = 426;

    private final Replays replays;
    private final ReplayPlayer player;
    private final Reruns reruns;
    private final ReadJournal journal;
    private final ReplaySettings settings;

    ReplayController(
            Replays replays,
            ReplayPlayer player,
            Reruns reruns,
            ReadJournal journal,
            ReplaySettings settings) {
        this.settings = settings;
        this.replays = replays;
        this.player = player;
        this.reruns = reruns;
        this.journal = journal;
    }

    /**
     * How a replay stands.
     *
     * @param stream where its frames come as server-sent events
     * @param socket where they come over a WebSocket
     * @param derivedConversationId of a rerun: the conversation that it makes
     * @param derivedFrom of a rerun: the recorded one
     * @param diff of a rerun: each answer beside the recorded one
     */
    record View(
            String replayId,
            String mode,
            String state,
            String conversationId,
            @Nullable Double speed,
            @Nullable Long positionMs,
            @Nullable Long idleMaxMs,
            String stream,
            String socket,
            String requestedBy,
            Instant requestedAt,
            @Nullable String model,
            @Nullable String derivedConversationId,
            @Nullable String derivedFrom,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable RerunDiff diff,
            @Nullable String error) {}

    @PostMapping("/api/audit/replays")
    @ResponseStatus(HttpStatus.CREATED)
    View make(Reader caller, @RequestBody Replays.Order order) {
        admit(caller, "replays/make", order.conversationId());
        return view(replays.make(caller, order), false);
    }

    @GetMapping("/api/audit/replays/{id}")
    View one(Reader caller, @PathVariable String id) {
        admit(caller, "replays/one", id);
        return view(replays.find(id), true);
    }

    @PostMapping("/api/audit/replays/{id}/control")
    View control(Reader caller, @PathVariable String id, @RequestBody Replays.Word word) {
        admit(caller, "replays/control", id);
        return view(replays.control(id, word), false);
    }

    /** The event id is the position in ms; a client that comes back names the last one it has. */
    @GetMapping("/api/audit/replays/{id}/stream")
    void stream(
            Reader caller,
            @PathVariable String id,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEvent,
            @RequestParam(name = "position_ms", required = false) @Nullable Long positionMs,
            HttpServletResponse response)
            throws IOException, InterruptedException {
        admit(caller, "replays/stream", id);
        Replay replay = replays.find(id);
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding("UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Accel-Buffering", "no");
        response.flushBuffer();
        player.play(
                replay,
                positionMs != null ? Long.valueOf(positionMs - 1) : number(lastEvent),
                new EventSink(response.getOutputStream()));
    }

    /** Each text message is a frame, as a client of the chat receives it. */
    @GetMapping("/ws/replay/{id}")
    void socket(
            Reader caller,
            @PathVariable String id,
            @RequestParam(name = "position_ms", required = false) @Nullable Long positionMs,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        admit(caller, "replays/socket", id);
        Replay replay = replays.find(id);
        if (!"websocket".equalsIgnoreCase(request.getHeader("Upgrade"))) {
            response.setHeader("Upgrade", "websocket");
            response.setHeader("Connection", "Upgrade");
            response.sendError(UPGRADE_REQUIRED);
            return;
        }
        Long from = positionMs == null ? null : Long.valueOf(positionMs - 1);
        JettyWebSocketServerContainer.getContainer(request.getServletContext())
                .upgrade(
                        (asked, answer) ->
                                new SocketLine(
                                        settings.patience(),
                                        line -> SocketSink.start(line, player, replay, from),
                                        () -> {}),
                        request,
                        response);
    }

    private View view(Replay replay, boolean withDiff) {
        boolean timing = replay.mode() == Mode.TIMING;
        return new View(
                replay.id(),
                replay.mode().label(),
                replay.state().label(),
                replay.conversationId(),
                timing ? replay.speed() : null,
                timing ? replay.positionMs() : null,
                replay.idleMaxMs(),
                "/api/audit/replays/" + replay.id() + "/stream",
                "/ws/replay/" + replay.id(),
                replay.requestedBy(),
                replay.requestedAt(),
                replay.model(),
                replay.derivedId(),
                replay.derivedId() == null ? null : replay.conversationId(),
                withDiff && !timing ? reruns.diff(replay) : null,
                replay.error());
    }

    private static @Nullable Long number(@Nullable String text) {
        try {
            return text == null || text.isBlank() ? null : Long.valueOf(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private void admit(Reader caller, String call, @Nullable String target) {
        Inspectors.admitToAll(caller);
        journal.record(caller, call, target, Map.of());
    }
}
