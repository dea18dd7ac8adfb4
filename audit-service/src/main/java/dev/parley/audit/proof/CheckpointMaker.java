package dev.parley.audit.proof;

import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.chain.MerkleTree;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.ChainCheckpoint.Head;
import dev.parley.schemas.record.ChainCheckpoint.Statement;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Makes one checkpoint at a time, and publishes what the table holds and the topic does not. */
@Component
class CheckpointMaker {

    private static final long PUBLISH_TIMEOUT_S = 10;

    private final CheckpointTable table;
    private final HeadCheck check;
    private final JdbcClient database;
    private final SigningKey key;
    private final ProofSettings settings;
    private final KafkaTemplate<String, byte[]> kafka;
    private final Outbound outbound;
    private final Clock clock = Clock.systemUTC();

    CheckpointMaker(
            CheckpointTable table,
            HeadCheck check,
            JdbcClient database,
            SigningKey key,
            ProofSettings settings,
            KafkaTemplate<String, byte[]> kafka,
            Outbound outbound) {
        this.table = table;
        this.check = check;
        this.database = database;
        this.key = key;
        this.settings = settings;
        this.kafka = kafka;
        this.outbound = outbound;
    }

    /**
     * Signs the heads of what went on, those alone whose chains hold; how many went on, 0 also when
     * another instance is at it.
     */
    @Transactional
    public int make() {
        if (!table.isMine()) {
            return 0;
        }
        List<Head> taken = table.takeHeads(settings.headsMax());
        List<Head> heads = check.sound(taken);
        if (heads.isEmpty()) {
            return taken.size();
        }
        rememberKey();
        Optional<ChainCheckpoint> last = table.last();
        Statement statement =
                new Statement(
                        last.map(c -> c.statement().number() + 1).orElse(0L),
                        clock.instant().truncatedTo(ChronoUnit.MICROS),
                        heads.size(),
                        MerkleTree.root(ChainSignatures.leaves(heads)),
                        table.nextPrevHash(last));
        table.insert(
                new ChainCheckpoint(
                        statement,
                        key.keyId(),
                        ChainSignatures.sign(key.pair(), ChainSignatures.CHECKPOINT, statement),
                        heads));
        return taken.size();
    }

    /** In order; what the broker does not take is tried again the next time. */
    @Transactional
    public void publish() throws ExecutionException, TimeoutException, InterruptedException {
        if (!table.isMine()) {
            return;
        }
        for (ChainCheckpoint checkpoint : table.unpublished()) {
            long number = checkpoint.statement().number();
            kafka.send(outbound.event(Topic.CHECKPOINTS, Long.toString(number), checkpoint, null))
                    .get(PUBLISH_TIMEOUT_S, TimeUnit.SECONDS);
            table.published(number);
        }
    }

    void rememberKey() {
        database.sql(
                        "INSERT INTO signing_keys VALUES (?, ?, ?)"
                                + " ON CONFLICT (key_id) DO NOTHING")
                .param(key.keyId())
                .param(key.publicKey())
                .param(clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }
}
