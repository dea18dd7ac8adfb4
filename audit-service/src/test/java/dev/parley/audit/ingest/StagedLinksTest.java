package dev.parley.audit.ingest;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.store.MonthPartitions;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.TurnRecord;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** The way of a batch that holds a link which is there already. */
class StagedLinksTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();

    private final String user = newUser();
    private final String conversation = newId();

    /** However large the batch is that holds a repeat, each of its links is looked at once. */
    @Test
    void takesABatchWithARepeatInOnePass() throws SQLException {
        LinkStore store = new LinkStore(AUDIT.bean(MonthPartitions.class));
        List<StoredLink> batch = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String message = newId();
            for (TurnRecord.Body body :
                    List.of(
                            LOG.userTurn(user, message, null, null, "Question"),
                            LOG.assistantTurn(user, message, "Answer"))) {
                byte[] json = Json.write(LOG.next(user, conversation, body));
                batch.add(
                        store.read(
                                new ConsumerRecord<>(
                                        Topic.TURNS.topicName(),
                                        99,
                                        batch.size(),
                                        conversation,
                                        json)));
            }
        }
        try (Connection connection = AUDIT.bean(DataSource.class).getConnection()) {
            connection.setAutoCommit(false);
            LinkStore.stage(connection, batch);
            List<String> scans = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet plan =
                            statement.executeQuery(
                                    "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) " + LinkSql.INSERT)) {
                while (plan.next()) {
                    if (plan.getString(1).contains("CTE Scan on")) {
                        scans.add(plan.getString(1));
                    }
                }
            }
            assertThat(scans).isNotEmpty().allMatch(scan -> scan.contains("loops=1)"));
            try (Statement statement = connection.createStatement();
                    ResultSet timed =
                            statement.executeQuery(
                                    "SELECT count(*) FROM messages WHERE author = 'assistant'"
                                            + " AND latency_ms IS NOT NULL AND user_id = '"
                                            + user
                                            + "'")) {
                timed.next();
                assertThat(timed.getInt(1)).isEqualTo(500);
            }
            connection.rollback();
        }
    }
}
