package dev.parley.audit.questions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.GeneratedRecord;
import dev.parley.audit.fixture.PlanWatch;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.fixture.Tokens;
import dev.parley.audit.store.SchemaMigration;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** No question walks through a whole table that grows, already where there is little to walk. */
class QuestionPlansTest {

    private static final long MESSAGES = Long.getLong("messages", 100_000);

    @Test
    void everyQuestionIsAnsweredByAnIndex() throws SQLException {
        try (TestDatabase database = indexesOnly(TestDatabase.large());
                AuditService audit =
                        AuditService.startWith(
                                PlanWatch.class,
                                Surroundings.shared().broker().bootstrapServers(),
                                database.url(),
                                "--parley.ingest.enabled=false",
                                "--parley.search.enabled=false",
                                "--parley.keeping.enabled=false",
                                "--parley.exports.enabled=false",
                                "--parley.usage.enabled=false")) {
            Awaitility.await("the schema")
                    .atMost(Surroundings.PATIENCE)
                    .until(() -> audit.bean(SchemaMigration.class).isReady());
            new GeneratedRecord(audit, MESSAGES).make();
            String auditor = Tokens.of("the-auditor", "auditor");
            List<String> faults = new ArrayList<>();
            for (Map.Entry<String, Supplier<String>> question : new Questions().all().entrySet()) {
                PlanWatch.start();
                var answer = audit.get(auditor, "/api/audit/" + question.getValue().get());
                List<String> plans = PlanWatch.stop();
                assertThat(answer.statusCode()).as(question.getKey()).isEqualTo(200);
                assertThat(plans).as(question.getKey()).isNotEmpty();
                plans.stream()
                        .filter(plan -> !PlanReading.wholeTables(plan).isEmpty())
                        .forEach(plan -> faults.add(question.getKey() + "\n" + plan));
            }
            assertThat(faults).isEmpty();
        }
    }

    /**
     * The planner takes an index wherever there is one: at this size it would rather walk through
     * what at five million messages it must not.
     */
    private static TestDatabase indexesOnly(TestDatabase database) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.url(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER SYSTEM SET enable_seqscan = off");
            statement.execute("SELECT pg_reload_conf()");
        }
        return database;
    }
}
