package dev.parley.gateway.log;

import dev.parley.gateway.log.SessionLogEntry.BlockClaim;
import dev.parley.gateway.log.SessionLogEntry.GatewayAlive;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.gateway.log.SessionLogEntry.TicketIssued;
import dev.parley.gateway.log.SessionLogEntry.TicketUsed;
import dev.parley.gateway.log.SessionLogEntry.TokenRevoked;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What the log says, record by record in its order; free of Kafka and of clocks. One thread
 * applies, any thread reads.
 *
 * <ul>
 *   <li>A session belongs to the connection whose {@code ATTACH} came last; what another connection
 *       says about it later is ignored.
 *   <li>A block of lanes belongs to the gateway whose standing claim came first.
 *   <li>A ticket is used by whoever's use came first.
 * </ul>
 */
public final class Directory {

    /** Told by the applying thread, after the change. */
    public interface Observer {

        /** {@code now} took the session from {@code before}. */
        default void sessionMoved(SessionState before, SessionState now) {}

        /** A stale record was ignored; it hides {@code standing} from readers to come. */
        default void sessionContradicted(SessionState standing) {}

        /** No session holds the lane any more. */
        default void laneFreed(int lane) {}

        /** A block of lanes is nobody's any more. */
        default void blockFreed() {}

        /** A token was signed out, known by the hash of its text. */
        default void tokenRevoked(String hash) {}
    }

    private final Map<String, SessionState> sessions = new ConcurrentHashMap<>();
    private final Map<String, Seen> gateways = new ConcurrentHashMap<>();
    private final Map<Integer, String> blocks = new ConcurrentHashMap<>();
    private final Map<String, TicketIssued> tickets = new ConcurrentHashMap<>();
    private final Map<String, String> ticketUses = new ConcurrentHashMap<>();
    private final Map<String, TokenRevoked> revoked = new ConcurrentHashMap<>();
    private final Map<Integer, Integer> laneTenants = new ConcurrentHashMap<>();
    private final Observer observer;

    public Directory(Observer observer) {
        this.observer = observer;
    }

    /** A gateway's last sign of life, by the reader's own monotonic clock. */
    public record Seen(@Nullable String url, long atNanos) {}

    /** Applies a record; {@code entry} null is a tombstone. */
    void apply(String key, @Nullable SessionLogEntry entry, long nowNanos) {
        switch (entry) {
            case null -> remove(key);
            case SessionState state -> applySession(state);
            case GatewayAlive alive ->
                    gateways.put(alive.gateway(), new Seen(alive.url(), nowNanos));
            case BlockClaim claim -> blocks.putIfAbsent(claim.block(), claim.gateway());
            case TicketIssued ticket -> tickets.put(ticket.hash(), ticket);
            case TicketUsed use -> ticketUses.putIfAbsent(use.hash(), use.use());
            case TokenRevoked token -> {
                revoked.put(token.hash(), token);
                observer.tokenRevoked(token.hash());
            }
        }
    }

    private void applySession(SessionState state) {
        SessionState standing = sessions.get(state.sessionId());
        boolean same = standing == null || standing.connection().equals(state.connection());
        boolean takes =
                standing != null
                        && state.step() == Step.ATTACH
                        && state.generation() >= standing.generation();
        if (!same && !takes) {
            observer.sessionContradicted(Objects.requireNonNull(standing));
            return;
        }
        sessions.put(state.sessionId(), state);
        moveTenant(standing == null ? null : standing.lease(), state.lease());
        if (standing != null && !same) {
            observer.sessionMoved(standing, state);
        }
    }

    private void remove(String key) {
        int slash = key.indexOf('/');
        String kind = slash < 0 ? key : key.substring(0, slash);
        String name = key.substring(slash + 1);
        switch (kind) {
            case "session" -> {
                SessionState gone = sessions.remove(name);
                if (gone != null) {
                    moveTenant(gone.lease(), null);
                }
            }
            case "gateway" -> gateways.remove(name);
            case "block" -> {
                int end = name.indexOf('/');
                if (end > 0
                        && blocks.remove(
                                Integer.valueOf(name.substring(0, end)), name.substring(end + 1))) {
                    observer.blockFreed();
                }
            }
            case "ticket" -> tickets.remove(name);
            case "ticket-use" -> ticketUses.remove(name);
            case "revoked" -> revoked.remove(name);
            default -> {
                // A newer gateway's kind of record.
            }
        }
    }

    private void moveTenant(@Nullable LaneLease from, @Nullable LaneLease to) {
        int before = from == null ? -1 : from.lane();
        int after = to == null ? -1 : to.lane();
        if (before == after) {
            return;
        }
        if (after >= 0) {
            laneTenants.merge(after, 1, Integer::sum);
        }
        if (before >= 0
                && laneTenants.computeIfPresent(before, (lane, n) -> n == 1 ? null : n - 1)
                        == null) {
            observer.laneFreed(before);
        }
    }

    public @Nullable SessionState session(String sessionId) {
        return sessions.get(sessionId);
    }

    public Collection<SessionState> sessions() {
        return sessions.values();
    }

    public Map<String, Seen> gateways() {
        return gateways;
    }

    /** Whose block it is; null: nobody's. */
    public @Nullable String blockOwner(int block) {
        return blocks.get(block);
    }

    public List<Integer> blocksOf(String gateway) {
        return blocks.entrySet().stream()
                .filter(e -> e.getValue().equals(gateway))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    public Set<String> blockOwners() {
        return Set.copyOf(blocks.values());
    }

    /** How many sessions hold the lane. */
    public int tenantsOf(int lane) {
        return laneTenants.getOrDefault(lane, 0);
    }

    public @Nullable TicketIssued ticket(String hash) {
        return tickets.get(hash);
    }

    public Collection<TicketIssued> tickets() {
        return tickets.values();
    }

    public boolean isRevoked(String tokenHash) {
        return revoked.containsKey(tokenHash);
    }

    public Collection<TokenRevoked> revoked() {
        return revoked.values();
    }

    public @Nullable String ticketUse(String hash) {
        return ticketUses.get(hash);
    }
}
