package dev.parley.gateway.log;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.schemas.record.Caller;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A record of {@code parley.sessions}. Fields are only appended. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = SessionLogEntry.SessionState.class, name = "session"),
    @JsonSubTypes.Type(value = SessionLogEntry.GatewayAlive.class, name = "gateway"),
    @JsonSubTypes.Type(value = SessionLogEntry.BlockClaim.class, name = "block"),
    @JsonSubTypes.Type(value = SessionLogEntry.TicketIssued.class, name = "ticket"),
    @JsonSubTypes.Type(value = SessionLogEntry.TicketUsed.class, name = "ticket_use"),
    @JsonSubTypes.Type(value = SessionLogEntry.TokenRevoked.class, name = "revoked")
})
public sealed interface SessionLogEntry {

    /** The record's key. */
    String key();

    /** What a session's record says it is. */
    enum Step {
        /** A connection takes the session, also from a living one. */
        ATTACH,
        /** The connection that has the session tells more. */
        UPDATE,
        /** The connection that had the session has ended. */
        DETACH
    }

    /**
     * A message that was submitted and whose end has not been seen.
     *
     * @param since offset of the lane before which records are of an earlier submission of the same
     *     message; 0: there was none
     */
    record Pending(
            long number,
            String messageId,
            @Nullable String clientMsgId,
            String conversationId,
            long since) {}

    /** A lane for the session's frames; records of it start at {@code startOffset}. */
    record LaneLease(int lane, int epoch, long startOffset) {}

    /**
     * All that another gateway needs to go on with a session.
     *
     * @param connection id of the connection that wrote this
     * @param generation counts the connections of the session
     * @param lease null before the first message, and when the lane was given back
     * @param released the lease before, with the offset up to which all was delivered
     * @param acceptedCount messages of this session so far
     * @param pending the last messages without a seen end, oldest first
     */
    record SessionState(
            String sessionId,
            String userId,
            String conversationId,
            String gateway,
            String connection,
            int generation,
            Step step,
            @Nullable LaneLease lease,
            @Nullable LaneLease released,
            long acceptedCount,
            List<Pending> pending,
            Instant changedAt)
            implements SessionLogEntry {

        public SessionState {
            pending = pending == null ? List.of() : List.copyOf(pending);
        }

        public boolean attached() {
            return step != Step.DETACH;
        }

        public SessionState with(Step next, String byGateway, Instant at) {
            return new SessionState(
                    sessionId,
                    userId,
                    conversationId,
                    byGateway,
                    connection,
                    generation,
                    next,
                    lease,
                    released,
                    acceptedCount,
                    pending,
                    at);
        }

        @Override
        public String key() {
            return "session/" + sessionId;
        }
    }

    /** Repeated while the gateway lives; {@code url} is where other gateways reach it. */
    record GatewayAlive(String gateway, @Nullable String url, Instant at)
            implements SessionLogEntry {
        @Override
        public String key() {
            return "gateway/" + gateway;
        }
    }

    /** The gateway wants to lease out the lanes of this block; the first claim stands. */
    record BlockClaim(int block, String gateway) implements SessionLogEntry {
        @Override
        public String key() {
            return "block/" + block + "/" + gateway;
        }
    }

    /**
     * A ticket, known by the hash of its text.
     *
     * @param sealedToken the token that it stands for, under a key that is made of the ticket's
     *     text: who reads the log cannot open it
     */
    record TicketIssued(
            String hash,
            Caller caller,
            List<String> roles,
            Instant tokenExpiresAt,
            Instant expiresAt,
            @Nullable String sealedToken)
            implements SessionLogEntry {
        public TicketIssued {
            roles = roles == null ? List.of() : List.copyOf(roles);
        }

        @Override
        public String key() {
            return "ticket/" + hash;
        }
    }

    /** Somebody shows a ticket; the first use stands. */
    record TicketUsed(String hash, String use) implements SessionLogEntry {
        @Override
        public String key() {
            return "ticket-use/" + hash;
        }
    }

    /** A token that its holder has signed out, known by the hash of its text. */
    record TokenRevoked(String hash, Instant expiresAt) implements SessionLogEntry {
        @Override
        public String key() {
            return "revoked/" + hash;
        }
    }
}
