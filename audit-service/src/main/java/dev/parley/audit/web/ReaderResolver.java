package dev.parley.audit.web;

import dev.parley.autoconfigure.jwt.InvalidTokenException;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.jwt.VerifiedToken;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;

/** Gives controllers the {@link Reader} whom the forwarded bearer token proves. */
@Component
final class ReaderResolver implements HandlerMethodArgumentResolver {

    private static final String BEARER = "Bearer ";

    private final JwtVerifier verifier;
    private final AccessSettings access;

    ReaderResolver(JwtVerifier verifier, AccessSettings access) {
        this.verifier = verifier;
        this.access = access;
    }

    @Override
    public boolean supportsParameter(MethodParameter parameter) {
        return parameter.getParameterType() == Reader.class;
    }

    @Override
    public Reader resolveArgument(
            MethodParameter parameter,
            @Nullable ModelAndViewContainer container,
            NativeWebRequest request,
            @Nullable WebDataBinderFactory binders) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "Sign in first.");
        }
        try {
            return reader(verifier.verify(header.substring(BEARER.length()).strip()));
        } catch (InvalidTokenException e) {
            throw new ProblemException(ErrorCode.UNAUTHENTICATED, "Sign in again.");
        }
    }

    private Reader reader(VerifiedToken token) {
        String role =
                token.roles().stream().filter(access.knownRoles()::contains).findFirst().orElse("");
        return new Reader(token.caller().id(), role, access.inspectorRoles().contains(role));
    }
}
