package dev.parley.audit.proof;

import dev.parley.schemas.chain.ChainWalk;
import dev.parley.schemas.chain.ChainWalk.Fault;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.chain.LinkFacts;
import dev.parley.schemas.chain.LinkReader;
import dev.parley.schemas.record.ChainCheckpoint.Head;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Walks each chain that is to be signed from the link that was signed last, or from where what is
 * kept begins, up to its head. A signature over a link that was altered before it was signed would
 * make the alteration true, so a chain that does not hold is left out and an alarm is raised. It is
 * looked at again when it goes on. Metric: {@code parley.proof.refused}, by reason.
 */
@Component
class HeadCheck {

    private static final Logger LOG = LoggerFactory.getLogger(HeadCheck.class);
    private static final int FETCH = 1_000;

    /** Conversations in the order of their ids, each with where its walk begins. */
    private static final String BEGINNINGS =
            """
            SELECT c.id, c.dropped_through, c.dropped_hash, s.ordinal, s.hash
            FROM conversations c
            LEFT JOIN LATERAL (
                SELECT h.ordinal, h.hash FROM checkpoint_heads h WHERE h.conversation_id = c.id
                ORDER BY h.number DESC LIMIT 1
            ) s ON true
            WHERE c.id = ANY (?)
            """;

    private static final String LINKS =
            """
            SELECT l.conversation_id, l.ordinal, l.hash, l.record
            FROM unnest(?::text[], ?::bigint[], ?::bigint[]) AS t(id, first, last)
            JOIN conversations c ON c.id = t.id
            CROSS JOIN LATERAL (
                SELECT k.conversation_id, k.ordinal, k.at, k.hash, k.record FROM links k
                WHERE k.conversation_id = c.id AND k.ordinal BETWEEN t.first AND t.last
                  AND k.at BETWEEN c.first_at AND c.last_at
                ORDER BY k.ordinal, k.at
            ) l
            """;

    private final JdbcClient database;
    private final MeterRegistry meters;

    HeadCheck(JdbcClient database, MeterRegistry meters) {
        this.database = database;
        this.meters = meters;
    }

    /** A chain on its way from what was signed of it to its head. */
    private static final class Walk {
        private final ChainWalk chain;
        private final long from;
        private final @Nullable String signedHash;
        private @Nullable Fault fault;

        /**
         * @param signed the link that was signed last; it is read again, with its own hash
         */
        Walk(String id, ConversationChain.Head kept, @Nullable Long signed, @Nullable String hash) {
            if (signed != null && hash != null && signed >= kept.nextOrdinal()) {
                from = signed;
                signedHash = hash;
                chain = new ChainWalk(id, new ConversationChain.Head(signed + 1, hash));
            } else {
                from = kept.nextOrdinal();
                signedHash = null;
                chain = new ChainWalk(id, kept);
            }
        }

        void accept(@Nullable LinkFacts facts, long ordinal, String hash) {
            if (fault != null) {
                return;
            }
            if (facts == null) {
                fault = Fault.UNREADABLE;
            } else if (!facts.selfConsistent() || !facts.hash().equals(hash)) {
                fault = Fault.CHANGED;
            } else if (facts.ordinal() != ordinal) {
                fault = Fault.MISPLACED;
            } else if (signedHash != null && ordinal == from) {
                fault = facts.hash().equals(signedHash) ? null : Fault.RESIGNED;
            } else {
                fault = chain.accept(facts);
            }
        }

        /** What is wrong with signing {@code head}; null when nothing is. */
        @Nullable Fault fault(Head head) {
            if (fault != null) {
                return fault;
            }
            return chain.nextOrdinal() == head.ordinal() + 1 && chain.lastHash().equals(head.hash())
                    ? null
                    : Fault.TRUNCATED;
        }

        long reached() {
            return chain.nextOrdinal();
        }
    }

    /** Those that may be signed, in their order. */
    List<Head> sound(List<Head> heads) {
        Map<String, Walk> walks = walks(heads);
        List<Head> sound = new ArrayList<>(heads.size());
        for (Head head : heads) {
            Walk walk = walks.get(head.conversationId());
            Fault fault = walk == null ? Fault.MISSING : walk.fault(head);
            if (fault == null) {
                sound.add(head);
            } else {
                meters.counter("parley.proof.refused", "reason", fault.label()).increment();
                LOG.error(
                        "conversation {} is not signed: its chain does not hold at link {} ({})",
                        head.conversationId(),
                        walk == null ? 0 : walk.reached(),
                        fault.label());
            }
        }
        return sound;
    }

    private Map<String, Walk> walks(List<Head> heads) {
        Map<String, Walk> walks = new HashMap<>();
        database.sql(BEGINNINGS)
                .param(heads.stream().map(Head::conversationId).toArray(String[]::new))
                .query((row, number) -> walks.put(row.getString(1), walk(row)))
                .list();
        LinkReader reader = new LinkReader();
        database.sql(LINKS)
                .withFetchSize(FETCH)
                .param(heads.stream().map(Head::conversationId).toArray(String[]::new))
                .param(heads.stream().map(head -> beginning(walks, head)).toArray(Long[]::new))
                .param(heads.stream().map(Head::ordinal).toArray(Long[]::new))
                .query((ResultSet row) -> {
                    Walk walk = walks.get(row.getString(1));
                    if (walk != null) {
                        walk.accept(
                                reader.read(row.getString(4).getBytes(StandardCharsets.UTF_8)),
                                row.getLong(2),
                                row.getString(3));
                    }
                });
        return walks;
    }

    private static long beginning(Map<String, Walk> walks, Head head) {
        Walk walk = walks.get(head.conversationId());
        return walk == null ? 0 : walk.from;
    }

    private static Walk walk(ResultSet row) throws SQLException {
        Long through = row.getObject(2, Long.class);
        String droppedHash = row.getString(3);
        return new Walk(
                row.getString(1),
                through == null || droppedHash == null
                        ? ConversationChain.Head.START
                        : new ConversationChain.Head(through + 1, droppedHash),
                row.getObject(4, Long.class),
                row.getString(5));
    }
}
