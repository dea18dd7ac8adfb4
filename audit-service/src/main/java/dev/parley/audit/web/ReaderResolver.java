package dev.parley.audit.web;

import dev.parley.audit.people.Person;
import dev.parley.audit.people.PolicyPeople;
import dev.parley.autoconfigure.jwt.InvalidTokenException;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.jwt.VerifiedToken;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.util.Optional;
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
    private final PolicyPeople people;

    ReaderResolver(JwtVerifier verifier, AccessSettings access, PolicyPeople people) {
        this.verifier = verifier;
        this.access = access;
        this.people = people;
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
        return of(request.getHeader(HttpHeaders.AUTHORIZATION));
    }

    private Reader of(@Nullable String header) {
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
        Optional<Person> person = people.find(token.caller().id());
        String role =
                person.map(Person::role)
                        .or(() ->
                                token.roles().stream()
                                        .filter(access.knownRoles()::contains)
                                        .findFirst())
                        .filter(access.knownRoles()::contains)
                        .orElse("");
        String team = person.map(Person::team).orElse(token.caller().team());
        boolean ofTeam = access.teamInspectorRoles().contains(role) && team != null;
        return new Reader(
                token.caller().id(),
                role,
                ofTeam || access.inspectorRoles().contains(role),
                team,
                ofTeam ? team : null);
    }
}
