package dev.parley.orchestrator.web;

import dev.parley.autoconfigure.jwt.InvalidTokenException;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.jwt.VerifiedToken;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.core.Meters;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.core.Rights;
import dev.parley.orchestrator.core.UserState;
import dev.parley.orchestrator.stream.OrchestratorStreams;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Caller;
import java.time.Instant;
import org.apache.kafka.streams.state.HostInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Who the caller is, what they may do and what is left of it. */
@RestController
class MeController {

    private static final String BEARER = "Bearer ";

    private final JwtVerifier verifier;
    private final Rules rules;
    private final OrchestratorStreams streams;
    private final OtherInstances others;

    MeController(
            JwtVerifier verifier, Rules rules, OrchestratorStreams streams, OtherInstances others) {
        this.verifier = verifier;
        this.rules = rules;
        this.streams = streams;
        this.others = others;
    }

    @GetMapping("/api/me")
    ResponseEntity<byte[]> me(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false)
                    @Nullable String authorization,
            @RequestHeader(name = OtherInstances.FORWARDED, required = false)
                    @Nullable String forwarded) {
        Caller caller = caller(authorization);
        Policy policy = rules.policy().get();
        Instant now = rules.clock().instant();
        if (policy.block(caller.id(), now) != null) {
            throw new ProblemException(ErrorCode.BLOCKED, "You are blocked.");
        }
        Rights rights = policy.rights(caller);
        if (rights == null) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "Your role has no rights here.");
        }
        HostInfo host = streams.hostOf(caller.id());
        if (host == null) {
            throw unavailable();
        }
        if (forwarded == null && authorization != null && !streams.isHere(host)) {
            return others.ask(host, "/api/me", authorization);
        }
        UserState state = streams.userState(caller.id());
        if (state == null) {
            throw unavailable();
        }
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(Json.write(me(caller, rights, state, now)));
    }

    private Me me(Caller caller, Rights rights, UserState state, Instant now) {
        ServerFrame.Usage usage =
                Meters.usage(rights.limits(), state, now, rules.settings().budgetZone());
        return new Me(
                new Me.User(
                        caller.id(), caller.name(), rights.author().role(), rights.author().team()),
                new Me.Rights(rights.models(), rights.servers()),
                rights.models(),
                usage.limits(),
                usage.runningAnswers());
    }

    /** The caller with the first of the token's roles that the policy knows. */
    private Caller caller(@Nullable String authorization) {
        try {
            VerifiedToken token =
                    verifier.verify(
                            authorization != null && authorization.startsWith(BEARER)
                                    ? authorization.substring(BEARER.length())
                                    : null);
            Caller caller = token.caller();
            String role =
                    token.roles().stream()
                            .filter(rules.policy().get()::knowsRole)
                            .findFirst()
                            .orElse(caller.role());
            return new Caller(caller.id(), caller.name(), caller.email(), role, caller.team());
        } catch (InvalidTokenException e) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
        }
    }

    private static ProblemException unavailable() {
        return new ProblemException(
                ErrorCode.UNAVAILABLE, "The account cannot be read right now; try again.");
    }
}
