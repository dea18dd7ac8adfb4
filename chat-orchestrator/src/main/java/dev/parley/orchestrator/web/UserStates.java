package dev.parley.orchestrator.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.core.Memory;
import dev.parley.orchestrator.stream.OrchestratorStreams;
import dev.parley.schemas.frame.ErrorCode;
import java.util.function.Function;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;

/** Answers from a user's state: here, or by whichever instance has it. */
@Component
final class UserStates {

    private final OrchestratorStreams streams;
    private final OtherInstances others;

    /**
     * A question to pass on as it is.
     *
     * @param forwarded whether another instance passed it on; then it goes no further
     */
    record Asked(String path, @Nullable String authorization, boolean forwarded) {}

    UserStates(OrchestratorStreams streams, OtherInstances others) {
        this.streams = streams;
        this.others = others;
    }

    /** Host and port of this instance. */
    String here() {
        HostInfo self = streams.self();
        return self == null ? "" : self.host() + ":" + self.port();
    }

    /** JSON made of the state, or the other instance's answer. */
    ResponseEntity<byte[]> answer(String userId, Asked asked, Function<Memory, byte[]> json) {
        HostInfo host = streams.hostOf(userId);
        if (host == null) {
            throw unavailable();
        }
        if (!streams.isHere(host)) {
            String authorization = asked.authorization();
            if (asked.forwarded() || authorization == null) {
                // The other one thought that it is here. An empty account would be a lie.
                throw unavailable();
            }
            return others.ask(host, asked.path(), authorization);
        }
        Memory state = streams.memory(userId);
        if (state == null) {
            throw unavailable();
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(json.apply(state));
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                ErrorCode.UNAVAILABLE, "The account cannot be read right now; try again.");
    }
}
