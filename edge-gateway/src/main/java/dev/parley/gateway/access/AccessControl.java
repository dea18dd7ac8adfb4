package dev.parley.gateway.access;

import dev.parley.autoconfigure.jwt.InvalidTokenException;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.jwt.VerifiedToken;
import dev.parley.gateway.GatewaySettings;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.PolicyRecord;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Who may come in. First where the page is from (403), then who is calling (401), then whether that
 * person may (403), and last whether we can know (503).
 */
@Component
public final class AccessControl {

    private final JwtVerifier verifier;
    private final PolicyView policy;
    private final Tickets tickets;
    private final Revocations revocations;
    private final GatewaySettings settings;
    private final Clock clock;
    private final OriginRule origins;

    AccessControl(
            JwtVerifier verifier,
            PolicyView policy,
            Tickets tickets,
            Revocations revocations,
            GatewaySettings settings,
            Clock clock) {
        this.verifier = verifier;
        this.policy = policy;
        this.tickets = tickets;
        this.revocations = revocations;
        this.settings = settings;
        this.clock = clock;
        this.origins = new OriginRule(settings.allowedOrigins());
    }

    /** Where a browser sends an origin, it must be ours or an allowed one. */
    public void checkOrigin(HttpServletRequest request, boolean handshake) throws RefusedException {
        OriginRule.Claim claim =
                new OriginRule.Claim(
                        request.getHeader("Origin"),
                        request.getHeader("Host"),
                        request.isSecure(),
                        request.getHeader("Sec-Fetch-Site"));
        if (!origins.allows(claim, handshake)) {
            throw new RefusedException(ErrorCode.FORBIDDEN, "This origin may not call.");
        }
    }

    public boolean isListedOrigin(@Nullable String origin) {
        return origins.isListed(origin);
    }

    /** Any of the four ways to sign in. */
    public Identity identify(HttpServletRequest request) throws RefusedException {
        return switch (Proof.of(request, settings.queryToken())) {
            case Proof.Bearer bearer -> byToken(bearer.token());
            case Proof.Ticket ticket -> byTicket(ticket.ticket());
            case Proof.None _ -> throw unauthenticated();
        };
    }

    /** Only {@code Authorization}: for calls that are no stream. */
    public Identity identifyBearer(HttpServletRequest request) throws RefusedException {
        if (Proof.of(request, false) instanceof Proof.Bearer bearer) {
            return byToken(bearer.token());
        }
        throw unauthenticated();
    }

    public Identity byToken(String token) throws RefusedException {
        VerifiedToken verified;
        try {
            verified = verifier.verify(token);
        } catch (InvalidTokenException e) {
            throw unauthenticated();
        }
        if (revocations.isRevoked(token)) {
            throw unauthenticated();
        }
        return admit(
                new Identity(verified.caller(), verified.roles(), verified.expiresAt(), token));
    }

    private Identity byTicket(String ticket) throws RefusedException {
        Identity identity = tickets.redeem(ticket);
        if (identity == null
                || !identity.expiresAt().isAfter(clock.instant())
                || identity.bearer() != null && revocations.isRevoked(identity.bearer())) {
            throw unauthenticated();
        }
        return admit(identity);
    }

    /** Refuses who may not go on: expired, signed out, blocked, or without a role. */
    public void recheck(Identity identity) throws RefusedException {
        if (!identity.expiresAt().isAfter(clock.instant())
                || identity.bearer() != null && revocations.isRevoked(identity.bearer())) {
            throw unauthenticated();
        }
        admit(identity);
    }

    /** The identity with the role that counts now; refuses the blocked and the unknown. */
    public Identity admit(Identity identity) throws RefusedException {
        if (!policy.isKnown()) {
            throw new RefusedException(
                    ErrorCode.UNAVAILABLE, "Rights cannot be checked at the moment.");
        }
        PolicyRecord.Block block = policy.block(identity.userId());
        if (block != null && isInForce(block, clock.instant())) {
            throw new RefusedException(
                    ErrorCode.BLOCKED,
                    block.message() == null ? "This user is blocked." : block.message());
        }
        String role = role(identity);
        if (role == null) {
            throw new RefusedException(ErrorCode.FORBIDDEN, "This role is not known here.");
        }
        Caller of = identity.caller();
        return new Identity(
                new Caller(of.id(), of.name(), of.email(), role, of.team()),
                identity.roles(),
                identity.expiresAt(),
                identity.bearer());
    }

    /** The policy's own word on the user, or the first role of the token that it knows. */
    private @Nullable String role(Identity identity) {
        PolicyRecord.User user = policy.user(identity.userId());
        if (user != null && user.role() != null) {
            return policy.role(user.role()) == null ? null : user.role();
        }
        return identity.roles().stream()
                .filter(r -> policy.role(r) != null)
                .findFirst()
                .orElse(null);
    }

    /** Names that this caller may pass as {@code model}. */
    public List<String> models(Identity identity) {
        PolicyRecord.Role role = policy.role(identity.caller().role());
        PolicyRecord.User user = policy.user(identity.userId());
        List<String> byRole = role == null ? List.of() : role.models();
        List<String> byUser = user == null ? null : user.models();
        return policy.models().stream()
                .filter(m -> Glob.anyMatches(byRole, m) && Glob.anyMatches(byUser, m))
                .toList();
    }

    /** The greeting of the user, of the role, or everybody's. */
    public String welcome(Identity identity) {
        PolicyRecord.User user = policy.user(identity.userId());
        if (user != null && user.welcome() != null) {
            return user.welcome();
        }
        PolicyRecord.Role role = policy.role(identity.caller().role());
        if (role != null && role.welcome() != null) {
            return role.welcome();
        }
        PolicyRecord.Welcome everybody = policy.welcome();
        if (everybody != null) {
            return everybody.text();
        }
        String name = identity.caller().name();
        return name == null ? "Hello." : "Hello, " + name + ".";
    }

    private static boolean isInForce(PolicyRecord.Block block, Instant now) {
        return block.until() == null || block.until().isAfter(now);
    }

    private static RefusedException unauthenticated() {
        return new RefusedException(ErrorCode.UNAUTHENTICATED, "A valid token is needed.");
    }
}
