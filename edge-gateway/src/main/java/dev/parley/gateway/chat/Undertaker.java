package dev.parley.gateway.chat;

import dev.parley.gateway.access.Revocations;
import dev.parley.gateway.access.Tickets;
import dev.parley.gateway.log.Directory;
import dev.parley.gateway.log.SessionLog;
import dev.parley.gateway.log.SessionLogEntry.BlockClaim;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.gateway.log.SessionLogSettings;
import dev.parley.gateway.log.SignsOfLife;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Takes off the record what dead gateways and expired sessions leave behind. Of the living gateways
 * the one with the lowest id cleans up after the dead. A gateway is dead when it was silent for
 * long enough, measured here: one that this gateway has never heard gets the same time, since it
 * may be starting.
 */
@Component
final class Undertaker {

    private static final Logger LOG = LoggerFactory.getLogger(Undertaker.class);

    private final Registry registry;
    private final Parts parts;
    private final SessionLog sessionLog;
    private final SignsOfLife signs;
    private final SessionLogSettings settings;
    private final Leftovers leftovers;
    private final long startedNanos = System.nanoTime();

    /** Since when a gateway that owns something has not been heard at all. */
    private final Map<String, Long> unheardSince = new HashMap<>();

    Undertaker(
            Registry registry,
            Parts parts,
            SignsOfLife signs,
            SessionLogSettings settings,
            Leftovers leftovers) {
        this.registry = registry;
        this.parts = parts;
        this.sessionLog = parts.sessionLog();
        this.signs = signs;
        this.settings = settings;
        this.leftovers = leftovers;
    }

    /** What expires by itself. */
    @Component
    record Leftovers(Tickets tickets, Revocations revocations) {}

    /** One round; by one thread. */
    void sweep() {
        if (!sessionLog.isFresh()) {
            return;
        }
        Directory directory = sessionLog.directory();
        TreeSet<String> living = living(directory);
        boolean cleans = living.first().equals(signs.self());
        sweepSessions(directory, living, cleans);
        registry.all().forEach(session -> contradictBurial(directory, session));
        parts.lanes().pool().recheck();
        if (cleans) {
            bury(directory, living);
            leftovers.tickets().sweep();
            leftovers.revocations().sweep();
        }
    }

    private void sweepSessions(Directory directory, Set<String> living, boolean cleans) {
        Instant now = parts.here().clock().instant();
        Instant expired = now.minus(parts.limits().gateway().resumeWindow());
        for (SessionState state : directory.sessions()) {
            boolean mine = state.gateway().equals(signs.self());
            boolean orphan = cleans && !living.contains(state.gateway());
            if (!mine && !orphan) {
                continue;
            }
            if (!state.attached()) {
                if (state.changedAt().isBefore(expired)) {
                    sessionLog.remove(state.key());
                }
            } else if (orphan) {
                parts.here().meters().orphaned();
                sessionLog.append(state.with(Step.DETACH, signs.self(), now));
            }
        }
    }

    /** While this gateway was silent another may have taken its sessions for left. */
    private static void contradictBurial(Directory directory, ChatSession session) {
        SessionState state = directory.session(session.sessionId());
        boolean buried =
                state == null
                        || !state.attached() && state.connection().equals(session.connection());
        if (buried && session.isLive()) {
            session.record(Step.UPDATE);
        }
    }

    private TreeSet<String> living(Directory directory) {
        TreeSet<String> living = new TreeSet<>();
        living.add(signs.self());
        long now = System.nanoTime();
        long deadAfter = settings.deadAfter().toNanos();
        boolean young = now - startedNanos < deadAfter;
        directory
                .gateways()
                .forEach((gateway, seen) -> {
                    if (young || now - seen.atNanos() < deadAfter) {
                        living.add(gateway);
                    }
                });
        Set<String> unheard = new HashSet<>(directory.blockOwners());
        directory.sessions().stream()
                .filter(SessionState::attached)
                .forEach(s -> unheard.add(s.gateway()));
        unheard.removeAll(directory.gateways().keySet());
        unheardSince.keySet().retainAll(unheard);
        for (String gateway : unheard) {
            long since = unheardSince.computeIfAbsent(gateway, g -> now);
            if (young || now - since < deadAfter) {
                living.add(gateway);
            }
        }
        return living;
    }

    private void bury(Directory directory, Set<String> living) {
        Set<String> dead = new HashSet<>(directory.gateways().keySet());
        dead.addAll(directory.blockOwners());
        dead.removeAll(living);
        for (String gateway : dead) {
            LOG.warn("gateway {} is gone; its lanes are free", gateway);
            List<Integer> blocks = directory.blocksOf(gateway);
            blocks.forEach(block -> sessionLog.remove(new BlockClaim(block, gateway).key()));
            sessionLog.remove("gateway/" + gateway);
        }
    }
}
