package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.PolicyView;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.lane.Cursor;
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
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
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
    private static final Duration RESUME_TIMEOUT = Duration.ofSeconds(5);

    private final Parts parts;
    private final LaneEnds laneEnds;
    private final UsageSource usage;
    private final Map<String, ChatSession> sessions = new ConcurrentHashMap<>();
    private final Map<String, Integer> perUser = new ConcurrentHashMap<>();
    private volatile boolean draining;

    Registry(
            Parts parts,
            LaneEnds laneEnds,
            UsageSource usage,
            PolicyView policy,
            MeterRegistry meters) {
        this.parts = parts;
        this.laneEnds = laneEnds;
        this.usage = usage;
        parts.sessionLog().observe(this);
        policy.onChange(this::recheckEverybody);
        Gauge.builder("parley.gateway.connections", sessions, Map::size)
                .description("Open connections of all transports")
                .register(meters);
        Gauge.builder("parley.gateway.lanes.free", parts.lanes().pool(), p -> p.free())
                .description("Lanes that nobody has")
                .register(meters);
        Gauge.builder("parley.gateway.lanes", parts.lanes().pool(), p -> p.size())
                .description("Lanes that this gateway leases out")
                .register(meters);
        Gauge.builder("parley.gateway.lanes.active", parts.lanes().reader(), r -> r.active())
                .description("Lanes that are fetched")
                .register(meters);
    }

    /** Why no connection can be taken; null: it can. */
    public @Nullable CloseCode refusal(Identity identity) {
        ConnectionSettings settings = parts.limits().connection();
        if (draining) {
            return CloseCode.DRAINED;
        }
        return sessions.size() >= settings.totalMax()
                        || perUser.getOrDefault(identity.userId(), 0) >= settings.perUserMax()
                ? CloseCode.TOO_MANY_CONNECTIONS
                : null;
    }

    /**
     * Opens a session on the transport and greets the client: the asked one where it can go on, a
     * fresh one otherwise, after an error that says so.
     */
    public CompletableFuture<ChatSession> open(
            Identity identity,
            Transport transport,
            @Nullable String sessionId,
            @Nullable String cursor) {
        if (sessionId == null) {
            return fresh(identity, transport);
        }
        return resume(identity, transport, new Resume.Request(sessionId, cursor))
                .orTimeout(RESUME_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .exceptionally(e -> {
                    LOG.warn("a session was not resumed: {}", e.toString());
                    return null;
                })
                .thenCompose(resumed -> {
                    if (resumed != null) {
                        return CompletableFuture.completedFuture(resumed);
                    }
                    transport.write(
                            OutFrame.of(
                                    "error",
                                    ServerFrame.Failure.of(
                                            ErrorCode.RESUME_EXPIRED,
                                            "This session cannot be resumed; a new one follows.")),
                            success -> {});
                    return fresh(identity, transport);
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

    private CompletableFuture<ChatSession> fresh(Identity identity, Transport transport) {
        ChatSession session =
                create(
                        identity,
                        transport,
                        new ChatSession.SessionKey(
                                UUID.randomUUID().toString(),
                                UUID.randomUUID().toString(),
                                connectionId(),
                                1));
        session.record(Step.ATTACH);
        return usage.of(identity)
                .thenApply(known -> {
                    session.open(greeting(false, known.orElse(null)));
                    return session;
                });
    }

    private CompletableFuture<@Nullable ChatSession> resume(
            Identity identity, Transport transport, Resume.Request request) {
        return parts.sessionLog()
                .catchUp()
                .thenCompose(read -> {
                    SessionState state =
                            parts.sessionLog().directory().session(request.sessionId());
                    Cursor cursor =
                            Resume.from(
                                    state,
                                    identity.userId(),
                                    request.cursor(),
                                    parts.here().clock().instant(),
                                    parts.limits().gateway().resumeWindow());
                    if (state == null || cursor == null) {
                        return CompletableFuture.completedFuture(null);
                    }
                    return laneEnds.holds(state.lease(), cursor)
                            .thenCompose(holds ->
                                    holds
                                            ? attach(identity, transport, state, cursor)
                                            : CompletableFuture.completedFuture(null));
                });
    }

    private CompletableFuture<@Nullable ChatSession> attach(
            Identity identity, Transport transport, SessionState state, Cursor cursor) {
        ChatSession session =
                new ChatSession(
                        parts,
                        transport,
                        identity,
                        new ChatSession.SessionKey(
                                state.sessionId(),
                                state.conversationId(),
                                connectionId(),
                                state.generation() + 1),
                        this::forget);
        session.restore(state, cursor);
        return parts.sessionLog()
                .appendAndApply(session.asState(Step.ATTACH))
                .thenApply(applied -> {
                    keep(session);
                    SessionState now = parts.sessionLog().directory().session(state.sessionId());
                    session.open(greeting(true, null));
                    if (now == null || !now.connection().equals(session.connection())) {
                        session.takenOver();
                    }
                    return session;
                });
    }

    private ChatSession create(Identity identity, Transport transport, ChatSession.SessionKey key) {
        ChatSession session = new ChatSession(parts, transport, identity, key, this::forget);
        keep(session);
        return session;
    }

    private void keep(ChatSession session) {
        ChatSession before = sessions.put(session.sessionId(), session);
        perUser.merge(session.identity().userId(), 1, Integer::sum);
        if (before != null) {
            before.takenOver();
        }
    }

    private void forget(ChatSession session) {
        sessions.remove(session.sessionId(), session);
        perUser.computeIfPresent(
                session.identity().userId(), (user, count) -> count == 1 ? null : count - 1);
    }

    private ChatSession.Greeting greeting(boolean resumed, ServerFrame.@Nullable Usage known) {
        long interval = parts.limits().connection().heartbeat().toNanos();
        // The first beat falls anywhere in the interval, so that beats of a reload do not meet.
        return new ChatSession.Greeting(
                resumed,
                known,
                System.nanoTime() + ThreadLocalRandom.current().nextLong(interval) / 2);
    }

    static long nextBeat(long nowNanos, Duration interval) {
        long fifth = interval.toNanos() / 5;
        return nowNanos + interval.toNanos() + ThreadLocalRandom.current().nextLong(-fifth, fifth);
    }

    private static String connectionId() {
        return Long.toString(ThreadLocalRandom.current().nextLong(Long.MAX_VALUE), 36);
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
    public void laneFreed(int lane) {
        // The pool's affair.
    }

    private void recheckEverybody() {
        sessions.values()
                .forEach(session -> {
                    try {
                        parts.access().admit(session.identity());
                    } catch (RefusedException e) {
                        switch (e.code()) {
                            case BLOCKED -> {
                                session.send(new ServerFrame.Blocked(e.detail()));
                                session.close(CloseCode.BLOCKED);
                            }
                            case UNAVAILABLE ->
                                    LOG.warn("rights of open connections cannot be checked");
                            default -> session.close(CloseCode.TOKEN_EXPIRED);
                        }
                    }
                });
    }

    // ---- The end ---------------------------------------------------------------------------

    public boolean isDraining() {
        return draining;
    }

    /** Takes no more connections, and asks those that are here to come back, each at its time. */
    void drain(Duration spread) {
        draining = true;
        long spreadMs = Math.max(1, spread.toMillis());
        sessions.values()
                .forEach(session -> {
                    long delay = ThreadLocalRandom.current().nextLong(spreadMs);
                    session.send(new ServerFrame.Closing("drain", delay));
                    session.close(CloseCode.DRAINED);
                });
    }
}
