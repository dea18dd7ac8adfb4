package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.PolicyView;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.access.Revocations;
import dev.parley.gateway.log.Directory;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.schemas.frame.CloseCode;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** The sessions that have a connection at this gateway: how they are opened, resumed and left. */
@Component
public final class Registry implements Directory.Observer {

    /** Before a token's expiry, its holder is told. */
    static final Duration EXPIRY_NOTICE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final Parts parts;
    private final Resumer resumer;
    private final CallerNews news;
    private final Map<String, ChatSession> sessions = new ConcurrentHashMap<>();
    private final ConnectionCounts counts;
    private volatile boolean draining;

    Registry(
            Parts parts,
            Resumer resumer,
            CallerNews news,
            PolicyView policy,
            MeterRegistry meters) {
        this.parts = parts;
        this.resumer = resumer;
        this.news = news;
        this.counts = new ConnectionCounts(parts.limits().connection());
        parts.sessionLog().observe(this);
        policy.onChange(this::recheckEverybody);
        Gauge.builder("parley.gateway.connections", sessions, Map::size)
                .description("Open connections of all transports")
                .register(meters);
    }

    /** Why no connection can be taken at this moment; null: it can, if nobody comes before. */
    public @Nullable CloseCode refusal(Identity identity, String address) {
        if (draining) {
            return CloseCode.DRAINED;
        }
        return counts.hasRoomFor(identity.userId(), address)
                ? null
                : CloseCode.TOO_MANY_CONNECTIONS;
    }

    /**
     * What a client asks for.
     *
     * @param sessionId to go on with; null: a fresh one
     * @param cursor after which to go on; null: from the beginning of what is kept
     */
    public record Asked(@Nullable String sessionId, @Nullable String cursor) {

        /** A fresh session. */
        public static final Asked NOTHING = new Asked(null, null);
    }

    /**
     * Opens a session on the transport and greets the client: the asked one where it can go on, a
     * fresh one otherwise, after an error that says so. When it cannot be known in time which, or
     * too many are connected, the line is closed; the value is null then.
     */
    public CompletableFuture<@Nullable ChatSession> open(
            Identity identity, Transport transport, Asked asked) {
        if (!counts.take(identity.userId(), transport.address())) {
            transport.close(CloseCode.TOO_MANY_CONNECTIONS);
            return CompletableFuture.completedFuture(null);
        }
        return asked.sessionId() == null
                ? fresh(identity, transport)
                : resumed(identity, transport, asked.sessionId(), asked.cursor());
    }

    private CompletableFuture<@Nullable ChatSession> resumed(
            Identity identity, Transport transport, String sessionId, @Nullable String cursor) {
        return resumer.resume(
                        identity,
                        transport,
                        new Resume.Request(sessionId, cursor),
                        this::keep,
                        this::forget)
                .thenCompose(outcome ->
                        switch (outcome) {
                            case Resumer.Resumed(ChatSession session) ->
                                    CompletableFuture.completedFuture(session);
                            case Resumer.Expired _ -> {
                                transport.write(
                                        WaitingFrame.of(
                                                        "error",
                                                        ServerFrame.Failure.of(
                                                                ErrorCode.RESUME_EXPIRED,
                                                                "This session cannot be resumed; a"
                                                                        + " new one follows."))
                                                .rendered(),
                                        success -> {});
                                yield fresh(identity, transport);
                            }
                            case Resumer.Late _ -> {
                                counts.remove(identity.userId(), transport.address());
                                transport.close(CloseCode.TOO_SLOW);
                                yield CompletableFuture.completedFuture(null);
                            }
                        });
    }

    /** The session that has its connection here. */
    public @Nullable ChatSession local(String sessionId) {
        return sessions.get(sessionId);
    }

    /** Cuts a user's lines without a goodbye, as a lost network would; how many there were. */
    public int cut(String userId) {
        return each(userId, session -> session.transport().abort());
    }

    /** Lets the sign-in of a user's connections end at that time; how many there are. */
    public int expire(String userId, Instant at) {
        return each(
                userId,
                session -> {
                    Identity now = session.identity();
                    session.renew(new Identity(now.caller(), now.roles(), at, now.bearer()));
                });
    }

    private int each(String userId, Consumer<ChatSession> action) {
        List<ChatSession> own =
                sessions.values().stream()
                        .filter(session -> session.identity().userId().equals(userId))
                        .toList();
        own.forEach(action);
        return own.size();
    }

    Collection<ChatSession> all() {
        return sessions.values();
    }

    private CompletableFuture<@Nullable ChatSession> fresh(Identity identity, Transport transport) {
        ChatSession session =
                new ChatSession(
                        parts,
                        transport,
                        identity,
                        new SessionKey(
                                UUID.randomUUID().toString(),
                                UUID.randomUUID().toString(),
                                Resumer.connectionId(),
                                1),
                        this::forget);
        keep(session);
        session.record(Step.ATTACH);
        return news.of(identity)
                .thenApply(known -> {
                    session.open(
                            new Greeting(
                                    false,
                                    known.usage(),
                                    known.approvals(),
                                    Pulse.first(
                                            System.nanoTime(),
                                            parts.limits().connection().heartbeat())));
                    return session;
                });
    }

    private void keep(ChatSession session) {
        ChatSession before = sessions.put(session.sessionId(), session);
        if (before != null) {
            before.takenOver();
        }
    }

    private void forget(ChatSession session) {
        sessions.remove(session.sessionId(), session);
        counts.remove(session.identity().userId(), session.transport().address());
    }

    // ---- What others decide ----------------------------------------------------------------

    @Override
    public void sessionMoved(SessionState before, SessionState now) {
        ChatSession session = sessions.get(now.sessionId());
        if (session != null && session.connection().equals(before.connection())) {
            session.takenOver();
        }
    }

    @Override
    public void sessionContradicted(SessionState standing) {
        ChatSession session = sessions.get(standing.sessionId());
        if (session != null && session.connection().equals(standing.connection())) {
            session.record(Step.UPDATE);
        }
    }

    @Override
    public void tokenRevoked(String hash) {
        sessions.values().stream()
                .filter(session -> hash.equals(Revocations.hash(session.identity())))
                .forEach(session -> session.revoke(CloseCode.TOKEN_EXPIRED));
    }

    private void recheckEverybody() {
        sessions.values().forEach(this::recheck);
    }

    /** The rights of an open connection are those of now, not those that it came with. */
    private void recheck(ChatSession session) {
        Identity before = session.identity();
        try {
            Identity now = parts.access().admit(before);
            if (!now.caller().equals(before.caller())) {
                session.renew(now);
            }
        } catch (RefusedException e) {
            switch (e.code()) {
                case BLOCKED -> {
                    session.send(new ServerFrame.Blocked(e.detail()));
                    session.revoke(CloseCode.BLOCKED);
                }
                case UNAVAILABLE -> LOG.warn("rights of open connections cannot be checked");
                default -> session.revoke(CloseCode.TOKEN_EXPIRED);
            }
        }
    }

    // ---- The end ---------------------------------------------------------------------------

    public boolean isDraining() {
        return draining;
    }

    /** Takes no more connections; those that are here stay until they are asked to go. */
    void beginDrain() {
        draining = true;
    }
}
