package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.code;
import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.fixture.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** PostgreSQL is away, at the start and in the middle, and nothing is lost. */
class OutageTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final int CONVERSATIONS = 100;

    @Test
    void startsWithoutPostgresAndCatchesUpAfterEachOutage() {
        String user = newUser();
        String token = Tokens.of(user, "user");
        try (TestDatabase database = TestDatabase.prepared();
                AuditService audit =
                        AuditService.start(
                                SURROUNDINGS.broker().bootstrapServers(),
                                database.url(),
                                "--parley.ingest.group=outage",
                                "--parley.ingest.batch-records=50")) {
            unavailable(audit, token);
            List<String> written = new ArrayList<>();
            write(user, written);

            database.startAgain();
            stored(audit, user, written.size());

            database.stop();
            unavailable(audit, token);
            write(user, written);
            assertThat(audit.management("/actuator/health/readiness").statusCode()).isEqualTo(200);
            database.startAgain();
            write(user, written);
            stored(audit, user, written.size());

            assertThat(
                            audit.database()
                                    .sql("SELECT count(*) FROM links WHERE user_id = ?")
                                    .param(user)
                                    .query(Long.class)
                                    .single())
                    .isEqualTo(3L * written.size());
            assertThat(
                            audit.database()
                                    .sql(
                                            "SELECT count(*) FROM conversations WHERE user_id = ?"
                                                    + " AND links = 3 AND messages = 1")
                                    .param(user)
                                    .query(Long.class)
                                    .single())
                    .isEqualTo(written.size());
        }
    }

    private static void write(String user, List<String> written) {
        for (int i = 0; i < CONVERSATIONS; i++) {
            written.add(newId());
            LOG.exchange(user, written.getLast(), null, "Question " + i, "Answer " + i);
        }
    }

    private static void stored(AuditService audit, String user, int conversations) {
        Awaitility.await(conversations + " conversations")
                .atMost(Duration.ofSeconds(60))
                .ignoreExceptions()
                .until(
                        () ->
                                audit.database()
                                        .sql("SELECT count(*) FROM charges WHERE user_id = ?")
                                        .param(user)
                                        .query(Long.class)
                                        .single(),
                        count -> count == conversations);
    }

    private static void unavailable(AuditService audit, String token) {
        var answer = audit.get(token, "/api/conversations");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(code(answer.body())).isEqualTo("unavailable");
    }
}
