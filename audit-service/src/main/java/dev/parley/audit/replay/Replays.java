package dev.parley.audit.replay;

import dev.parley.audit.replay.Replay.Mode;
import dev.parley.audit.replay.Replay.State;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Makes replays and hears what is said to them. */
@Component
class Replays {

    static final double SPEED_MAX = 1_000;

    private final ReplayTable table;
    private final Recording.Archive archive;
    private final Reruns reruns;
    private final ReplaySignals signals;
    private final Clock clock = Clock.systemUTC();

    Replays(ReplayTable table, Recording.Archive archive, Reruns reruns, ReplaySignals signals) {
        this.table = table;
        this.archive = archive;
        this.reruns = reruns;
        this.signals = signals;
    }

    /** What a client asks for. */
    record Order(
            @Nullable String conversationId,
            @Nullable String mode,
            @Nullable Double speed,
            @Nullable Long idleMaxMs,
            @Nullable String model) {}

    /** What a client says to a replay. */
    record Word(@Nullable String action, @Nullable Double speed, @Nullable Long positionMs) {}

    Replay make(Reader caller, Order order) {
        String conversation =
                Parameters.uuid(
                        "conversation_id",
                        order.conversationId() == null ? "" : order.conversationId());
        Mode mode =
                switch (order.mode() == null ? "timing" : order.mode()) {
                    case "timing" -> Mode.TIMING;
                    case "rerun" -> Mode.RERUN;
                    default -> throw Parameters.bad("mode must be timing or rerun.");
                };
        if (order.idleMaxMs() != null && order.idleMaxMs() < 0) {
            throw Parameters.bad("idle_max_ms must not be negative.");
        }
        if (!archive.has(conversation)) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no such conversation.");
        }
        if (mode == Mode.RERUN) {
            return reruns.begin(conversation, caller.userId(), caller.role(), order.model(), null);
        }
        Replay replay =
                new Replay(
                        UUID.randomUUID().toString(),
                        mode,
                        State.RUNNING,
                        conversation,
                        caller.userId(),
                        caller.role(),
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        speed(order.speed() == null ? 1.0 : order.speed()),
                        order.idleMaxMs(),
                        0,
                        0,
                        0,
                        order.model(),
                        null,
                        null,
                        null);
        table.insert(replay);
        return replay;
    }

    Replay find(String id) {
        return table.find(Parameters.uuid("id", id))
                .orElseThrow(() ->
                        new ProblemException(ErrorCode.NOT_FOUND, "There is no such replay."));
    }

    Replay control(String id, Word word) {
        Replay replay = find(id);
        boolean timing = replay.mode() == Mode.TIMING;
        State state = replay.state();
        switch (word.action() == null ? "" : word.action()) {
            case "pause" -> say(replay, state == State.RUNNING ? State.PAUSED : null, null, null);
            case "resume" -> say(replay, state == State.PAUSED ? State.RUNNING : null, null, null);
            case "cancel" -> say(replay, state.isOver() ? null : State.CANCELLED, null, null);
            case "speed" -> {
                requireTiming(timing, "speed");
                if (word.speed() == null) {
                    throw Parameters.bad("speed is missing.");
                }
                say(replay, null, speed(word.speed()), null);
            }
            case "seek" -> {
                requireTiming(timing, "seek");
                if (word.positionMs() == null || word.positionMs() < 0) {
                    throw Parameters.bad("position_ms must be 0 or more.");
                }
                say(replay, state == State.DONE ? State.RUNNING : null, null, word.positionMs());
            }
            default -> throw Parameters.bad("action must be pause, resume, speed, seek or cancel.");
        }
        return find(id);
    }

    private void say(
            Replay replay,
            @Nullable State state,
            @Nullable Double speed,
            @Nullable Long positionMs) {
        if (state != null || speed != null || positionMs != null) {
            table.control(replay.id(), state, speed, positionMs);
            signals.signal();
        }
    }

    private static void requireTiming(boolean timing, String action) {
        if (!timing) {
            throw Parameters.bad(action + " is for a replay at its timing.");
        }
    }

    private static double speed(double speed) {
        if (!(speed >= 0 && speed <= SPEED_MAX)) {
            throw Parameters.bad(
                    "speed must be in 0.." + (int) SPEED_MAX + "; 0 is as fast as possible.");
        }
        return speed;
    }
}
