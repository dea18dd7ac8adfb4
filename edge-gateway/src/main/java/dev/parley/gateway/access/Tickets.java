package dev.parley.gateway.access;

import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.TicketIssued;
import dev.parley.gateway.log.SessionLogEntry.TicketUsed;
import dev.parley.schemas.frame.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Tickets that any gateway takes and one use spends. They stand in the session log under the hash
 * of their text; whoever's use comes first in the log has used it.
 */
@Component
public final class Tickets {

    private static final Logger LOG = LoggerFactory.getLogger(Tickets.class);
    private static final int RANDOM_BYTES = 24;
    private static final int TICKET_CHARS = 32;

    private final SessionLog sessionLog;
    private final TicketSettings settings;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    Tickets(SessionLog sessionLog, TicketSettings settings, Clock clock) {
        this.sessionLog = sessionLog;
        this.settings = settings;
        this.clock = clock;
    }

    /** A ticket's text, shown once. */
    public record Issued(String ticket, Instant expiresAt) {}

    /** A ticket for this caller; it is no good after the token that it stands for. */
    public Issued issue(Identity identity) throws RefusedException {
        if (sessionLog.directory().tickets().size() >= settings.openMax()) {
            throw new RefusedException(ErrorCode.OVERLOADED, "Too many tickets are open.");
        }
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant expiresAt = clock.instant().plus(settings.life());
        if (identity.expiresAt().isBefore(expiresAt)) {
            expiresAt = identity.expiresAt();
        }
        TicketIssued entry =
                new TicketIssued(
                        hash(ticket),
                        identity.caller(),
                        identity.roles(),
                        identity.expiresAt(),
                        expiresAt,
                        sealed(identity.bearer(), ticket));
        if (!completes(sessionLog.append(entry))) {
            throw new RefusedException(ErrorCode.UNAVAILABLE, "No ticket can be given now.");
        }
        return new Issued(ticket, expiresAt);
    }

    /** Spends the ticket; null when it is unknown, late, or spent. */
    @Nullable Identity redeem(String ticket) {
        if (ticket.length() != TICKET_CHARS) {
            return null;
        }
        String hash = hash(ticket);
        TicketIssued issued = sessionLog.directory().ticket(hash);
        if (issued == null && completes(sessionLog.catchUp())) {
            issued = sessionLog.directory().ticket(hash);
        }
        if (issued == null
                || issued.expiresAt().isBefore(clock.instant())
                || sessionLog.directory().ticketUse(hash) != null) {
            return null;
        }
        String use = UUID.randomUUID().toString();
        if (!completes(sessionLog.appendAndApply(new TicketUsed(hash, use)))
                || !use.equals(sessionLog.directory().ticketUse(hash))) {
            return null;
        }
        return new Identity(
                issued.caller(),
                issued.roles(),
                issued.tokenExpiresAt(),
                opened(issued.sealedToken(), ticket));
    }

    /** Removes from the log what nobody can use any more. */
    public void sweep() {
        Instant over = clock.instant().minus(settings.life());
        for (TicketIssued ticket : sessionLog.directory().tickets()) {
            if (ticket.expiresAt().isBefore(over)) {
                sessionLog.remove(ticket.key());
                if (sessionLog.directory().ticketUse(ticket.hash()) != null) {
                    sessionLog.remove(new TicketUsed(ticket.hash(), "").key());
                }
            }
        }
    }

    private static @Nullable String sealed(@Nullable String token, String ticket) {
        return token == null ? null : TicketSeal.of(ticket).seal(token);
    }

    private static @Nullable String opened(@Nullable String sealed, String ticket) {
        return sealed == null ? null : TicketSeal.of(ticket).open(sealed);
    }

    private boolean completes(CompletableFuture<?> future) {
        Duration waitMax = settings.waitMax();
        try {
            future.orTimeout(waitMax.toMillis(), TimeUnit.MILLISECONDS).join();
            return true;
        } catch (CompletionException e) {
            LOG.warn("a ticket waits for the log in vain: {}", String.valueOf(e.getCause()));
            return false;
        }
    }

    private static String hash(String ticket) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256")
                                    .digest(ticket.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
