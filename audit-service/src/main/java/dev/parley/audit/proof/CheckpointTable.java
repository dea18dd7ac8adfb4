package dev.parley.audit.proof;

import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.ChainCheckpoint.Head;
import dev.parley.schemas.record.ChainCheckpoint.Statement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Checkpoints and their leaves in PostgreSQL. */
@Component
class CheckpointTable {

    private static final String SELECT =
            "SELECT number, at, conversations, root, prev_hash, key_id, signature"
                    + " FROM chain_checkpoints ";

    /** The conversations that wait, and their heads; what is taken is taken from the queue. */
    private static final String TAKE =
            """
            WITH waiting AS (
                SELECT DISTINCT conversation_id FROM checkpoint_pending LIMIT ?
            ), taken AS (
                DELETE FROM checkpoint_pending p USING waiting w
                WHERE p.conversation_id = w.conversation_id
            )
            SELECT c.id, k.ordinal, k.hash, k.kafka_partition, k.kafka_offset
            FROM waiting w JOIN conversations c ON c.id = w.conversation_id
            CROSS JOIN LATERAL (
                SELECT l.ordinal, l.hash, l.kafka_partition, l.kafka_offset FROM links l
                WHERE l.conversation_id = c.id AND l.at BETWEEN c.first_at AND c.last_at
                ORDER BY l.ordinal DESC, l.at LIMIT 1
            ) k
            ORDER BY c.id
            """;

    private final JdbcClient database;

    CheckpointTable(JdbcClient database) {
        this.database = database;
    }

    /** Whether this transaction is the only one that makes a checkpoint. */
    boolean isMine() {
        return database.sql("SELECT pg_try_advisory_xact_lock(hashtext('parley/checkpoints'))")
                .query(Boolean.class)
                .single();
    }

    List<Head> takeHeads(int max) {
        return database.sql(TAKE).param(max).query(CheckpointTable::head).list();
    }

    Optional<ChainCheckpoint> last() {
        return database.sql(SELECT + "ORDER BY number DESC LIMIT 1")
                .query(CheckpointTable::checkpoint)
                .optional();
    }

    Optional<ChainCheckpoint> find(long number) {
        return database.sql(SELECT + "WHERE number = ?")
                .param(number)
                .query(CheckpointTable::checkpoint)
                .optional()
                .map(this::withHeads);
    }

    /** Newest first, without heads. */
    List<ChainCheckpoint> before(@Nullable Long number, @Nullable String conversation, int max) {
        return database.sql(
                        SELECT
                                + "WHERE number < ? AND (?::text IS NULL OR number IN (SELECT number"
                                + " FROM checkpoint_heads WHERE conversation_id = ?))"
                                + " ORDER BY number DESC LIMIT ?")
                .param(number == null ? Long.MAX_VALUE : number)
                .param(conversation)
                .param(conversation)
                .param(max)
                .query(CheckpointTable::checkpoint)
                .list();
    }

    List<ChainCheckpoint> unpublished() {
        return database
                .sql(SELECT + "WHERE NOT published ORDER BY number LIMIT 100")
                .query(CheckpointTable::checkpoint)
                .list()
                .stream()
                .map(this::withHeads)
                .toList();
    }

    void published(long number) {
        database.sql("UPDATE chain_checkpoints SET published = true WHERE number = ?")
                .param(number)
                .update();
    }

    void insert(ChainCheckpoint checkpoint) {
        Statement statement = checkpoint.statement();
        database.sql("INSERT INTO chain_checkpoints VALUES (?, ?, ?, ?, ?, ?, ?, ?, false)")
                .param(statement.number())
                .param(statement.at().atOffset(ZoneOffset.UTC))
                .param(statement.conversations())
                .param(statement.root())
                .param(statement.prevHash())
                .param(ChainSignatures.hash(statement))
                .param(checkpoint.keyId())
                .param(checkpoint.signature())
                .update();
        List<Head> heads = checkpoint.heads();
        database.sql(
                        """
                        INSERT INTO checkpoint_heads
                        SELECT ?, t.n - 1, t.c, t.o, t.h, t.p, t.k
                        FROM unnest(?::text[], ?::bigint[], ?::text[], ?::integer[], ?::bigint[])
                             WITH ORDINALITY AS t(c, o, h, p, k, n)
                        """)
                .param(statement.number())
                .param(heads.stream().map(Head::conversationId).toArray(String[]::new))
                .param(heads.stream().map(Head::ordinal).toArray(Long[]::new))
                .param(heads.stream().map(Head::hash).toArray(String[]::new))
                .param(heads.stream().map(Head::partition).toArray(Integer[]::new))
                .param(heads.stream().map(Head::offset).toArray(Long[]::new))
                .update();
    }

    ChainCheckpoint withHeads(ChainCheckpoint checkpoint) {
        return new ChainCheckpoint(
                checkpoint.statement(),
                checkpoint.keyId(),
                checkpoint.signature(),
                heads(checkpoint.statement().number()));
    }

    private List<Head> heads(long number) {
        return database.sql(
                        "SELECT conversation_id, ordinal, hash, kafka_partition, kafka_offset"
                                + " FROM checkpoint_heads WHERE number = ? ORDER BY leaf")
                .param(number)
                .query(CheckpointTable::head)
                .list();
    }

    /** What the newest checkpoint says that has a link of the conversation up to this one. */
    Optional<SignedLink> newestOf(String conversationId, long ordinalMax) {
        return database.sql(
                        "SELECT number, leaf, ordinal FROM checkpoint_heads"
                                + " WHERE conversation_id = ? AND ordinal <= ?"
                                + " ORDER BY number DESC LIMIT 1")
                .param(conversationId)
                .param(ordinalMax)
                .query((row, n) -> new SignedLink(row.getLong(1), row.getInt(2), row.getLong(3)))
                .optional();
    }

    /** A leaf that is a link of some conversation. */
    record SignedLink(long number, int leaf, long ordinal) {}

    /** What was signed of a conversation, the newest first. */
    List<Head> signedOf(String conversationId, int max) {
        return database.sql(
                        "SELECT conversation_id, ordinal, hash, kafka_partition, kafka_offset"
                                + " FROM checkpoint_heads WHERE conversation_id = ?"
                                + " ORDER BY number DESC LIMIT ?")
                .param(conversationId)
                .param(max)
                .query(CheckpointTable::head)
                .list();
    }

    String nextPrevHash(Optional<ChainCheckpoint> last) {
        return last.map(c -> ChainSignatures.hash(c.statement())).orElse(ConversationChain.GENESIS);
    }

    private static Head head(ResultSet row, int number) throws SQLException {
        return new Head(
                row.getString(1), row.getLong(2), row.getString(3), row.getInt(4), row.getLong(5));
    }

    private static ChainCheckpoint checkpoint(ResultSet row, int number) throws SQLException {
        return new ChainCheckpoint(
                new Statement(
                        row.getLong(1),
                        row.getObject(2, OffsetDateTime.class).toInstant(),
                        row.getInt(3),
                        row.getString(4),
                        row.getString(5)),
                row.getString(6),
                row.getString(7),
                List.of());
    }
}
