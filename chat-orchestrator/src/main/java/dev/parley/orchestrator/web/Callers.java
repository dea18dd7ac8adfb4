package dev.parley.orchestrator.web;

import dev.parley.autoconfigure.jwt.InvalidTokenException;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.jwt.VerifiedToken;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.core.Rights;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Who asks, by the bearer token, and what the policy lets them do; refuses whom it does not know.
 */
@Component
final class Callers {

    private static final String BEARER = "Bearer ";
    private static final String ADMIN = "admin";

    private final JwtVerifier verifier;
    private final Rules rules;

    /** A caller with the rights that count. */
    record Known(Caller caller, Rights rights) {}

    Callers(JwtVerifier verifier, Rules rules) {
        this.verifier = verifier;
        this.rules = rules;
    }

    Known known(@Nullable String authorization) {
        Policy policy = rules.policy().get();
        Caller caller = caller(authorization, policy);
        if (policy.block(caller.id(), rules.clock().instant()) != null) {
            throw new ProblemException(ErrorCode.BLOCKED, "You are blocked.");
        }
        Rights rights = policy.rights(caller);
        if (rights == null) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "Your role has no rights here.");
        }
        return new Known(caller, rights);
    }

    /** As {@link #known}, and an administrator. */
    void admin(@Nullable String authorization) {
        if (!known(authorization).rights().author().role().equals(ADMIN)) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "This is for administrators.");
        }
    }

    /** The caller with the first of the token's roles that the policy knows. */
    private Caller caller(@Nullable String authorization, Policy policy) {
        try {
            VerifiedToken token =
                    verifier.verify(
                            authorization != null && authorization.startsWith(BEARER)
                                    ? authorization.substring(BEARER.length())
                                    : null);
            Caller caller = token.caller();
            String role =
                    token.roles().stream()
                            .filter(policy::knowsRole)
                            .findFirst()
                            .orElse(caller.role());
            return new Caller(caller.id(), caller.name(), caller.email(), role, caller.team());
        } catch (InvalidTokenException e) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
        }
    }
}
