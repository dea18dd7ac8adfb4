package dev.parley.orchestrator.web;

import dev.parley.orchestrator.core.Memory;
import dev.parley.orchestrator.core.Meters;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.core.Rights;
import dev.parley.orchestrator.core.UserState;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Caller;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriUtils;

/** What a user has used, holds, runs and waits for right now, whichever instance has it. */
@RestController
class LiveController {

    /** Whose limits are shown of a user who is in no policy and runs nothing. */
    private static final String DEFAULT_ROLE = "user";

    private final Callers callers;
    private final Rules rules;
    private final UserStates states;

    LiveController(Callers callers, Rules rules, UserStates states) {
        this.callers = callers;
        this.rules = rules;
        this.states = states;
    }

    @GetMapping("/api/admin/users/{name}/live")
    ResponseEntity<byte[]> live(
            @PathVariable String name,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false)
                    @Nullable String authorization,
            @RequestHeader(name = OtherInstances.FORWARDED, required = false)
                    @Nullable String forwarded) {
        callers.admin(authorization);
        String path =
                "/api/admin/users/"
                        + UriUtils.encodePathSegment(name, StandardCharsets.UTF_8)
                        + "/live";
        return states.answer(
                name,
                new UserStates.Asked(path, authorization, forwarded != null),
                memory -> Json.write(live(name, memory)));
    }

    private Live live(String name, Memory memory) {
        UserState state = memory.user();
        Instant now = rules.clock().instant();
        Policy policy = rules.policy().get();
        Rights rights = policy.rights(callerOf(name, state));
        List<ServerFrame.LimitState> windows =
                rights == null
                        ? List.of()
                        : Meters.usage(rights, policy, memory, now, rules.settings().budgetZone())
                                .limits();
        String team = rights == null ? null : rights.author().team();
        return Live.of(
                name, states.here(), now, windows, state, team == null ? null : memory.team(team));
    }

    /** With role and team of what runs; the policy's entry goes before them. */
    private static Caller callerOf(String name, UserState state) {
        if (!state.running().isEmpty()) {
            var author = state.running().getLast().author();
            return new Caller(name, null, null, author.role(), author.team());
        }
        return state.waiting().isEmpty()
                ? new Caller(name, null, null, DEFAULT_ROLE, null)
                : state.waiting().getLast().question().caller();
    }
}
