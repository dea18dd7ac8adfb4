package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.jwt.InvalidTokenException;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.jwt.VerifiedToken;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.orchestrator.core.Policy;
import dev.parley.orchestrator.core.Rights;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/**
 * Gives controllers the {@link Administrator} whom the bearer token proves, and refuses all others:
 * who is one says the policy in force, so that it holds without PostgreSQL.
 */
@Component
class Administrators implements HandlerMethodArgumentResolver, WebMvcConfigurer {

    private static final String BEARER = "Bearer ";

    private final JwtVerifier verifier;
    private final Rules rules;

    Administrators(JwtVerifier verifier, Rules rules) {
        this.verifier = verifier;
        this.rules = rules;
    }

    @Override
    public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
        resolvers.add(this);
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Administrator.class;
    }

    @Override
    public Administrator resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        VerifiedToken token = verified(request.getHeader(HttpHeaders.AUTHORIZATION));
        Policy policy = rules.policy().get();
        Caller caller = token.caller();
        if (policy.block(caller.id(), rules.clock().instant()) != null) {
            throw new ProblemException(ErrorCode.BLOCKED, "You are blocked.");
        }
        String tokenRole =
                token.roles().stream()
                        .filter(policy::knowsRole)
                        .findFirst()
                        .orElse(caller.role() == null ? "" : caller.role());
        Rights rights =
                policy.rights(
                        new Caller(
                                caller.id(),
                                caller.name(),
                                caller.email(),
                                tokenRole,
                                caller.team()));
        if (rights == null || !rights.author().role().equals(Administrator.ROLE)) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "Only administrators may do this.");
        }
        return new Administrator(caller.id(), tokenRole);
    }

    private VerifiedToken verified(@Nullable String header) {
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
        }
        try {
            return verifier.verify(header.substring(BEARER.length()).strip());
        } catch (InvalidTokenException e) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
        }
    }
}
