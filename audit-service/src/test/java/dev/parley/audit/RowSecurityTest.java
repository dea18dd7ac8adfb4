package dev.parley.audit;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.PolicyRecord;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who sees which rows: by the calls, and by a connection of one's own with the readers' roles. */
class RowSecurityTest {

    private static final Surroundings SURROUNDINGS = Surroundings.shared();
    private static final AuditService AUDIT = SURROUNDINGS.audit();
    private static final LogWriter LOG = SURROUNDINGS.log();

    private final String user = newUser();
    private final String team = "team-" + newId();
    private final String conversation = newId();
    private final String message = newId();

    @BeforeEach
    void record() {
        LOG.link(user, team, "user", conversation, LOG.userTurn(user, message, null, null, "Hi"));
        LOG.link(user, team, "user", conversation, LOG.toolCall(user, message, "c", "{}", "ok"));
        LOG.link(user, team, "user", conversation, LOG.assistantTurn(user, message, "Ho"));
        LOG.link(user, team, "user", conversation, LOG.charge(message));
        LOG.link(
                user,
                team,
                "user",
                conversation,
                LOG.refusal(user, newId(), ErrorCode.BLOCKED, "No"));
        LOG.step(user, conversation, message, "done");
        SURROUNDINGS.conversation(user, conversation, 2);
        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/messages/" + message + "/flow",
                flow -> flow.path("items").size() == 1);
        SURROUNDINGS.indexed(user);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "conversations",
                "links",
                "messages",
                "tool_calls",
                "refusals",
                "charges",
                "flow",
                "person_keys",
                "search_words"
            })
    void postgresqlItselfShowsARoleItsRowsAlone(String table) throws SQLException {
        String mine = "user_id = '" + user + "'";

        assertThat(count(table, mine, "parley_reader_own", user, "")).isPositive();
        assertThat(count(table, "true", "parley_reader_own", newUser(), "")).isZero();
        assertThat(count(table, "true", "parley_reader_own", "", "")).isZero();
        assertThat(count(table, mine, "parley_reader_team", "x", team)).isPositive();
        assertThat(count(table, "true", "parley_reader_team", user, "another")).isZero();
        assertThat(count(table, "true", "parley_reader_team", user, "")).isZero();
        assertThat(count(table, mine, "parley_reader_all", "x", "")).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM links",
                "UPDATE messages SET cost = 0",
                "INSERT INTO refusals SELECT * FROM refusals",
                "SELECT * FROM audit_reads",
                "SELECT * FROM erasures",
                "SELECT * FROM export_jobs",
                "SELECT * FROM links_default",
                "ALTER TABLE links DISABLE ROW LEVEL SECURITY"
            })
    void aReadersRoleCanDoNothingElse(String statement) throws SQLException {
        for (String role :
                new String[] {"parley_reader_own", "parley_reader_team", "parley_reader_all"}) {
            try (Connection connection = narrowed(role, user, team);
                    Statement sql = connection.createStatement()) {
                assertThatThrownBy(() -> sql.execute(statement))
                        .isInstanceOf(SQLException.class)
                        .extracting(e -> ((SQLException) e).getSQLState())
                        .isEqualTo("42501");
            }
        }
    }

    @Test
    void theNarrowingEndsWithItsTransaction() throws SQLException {
        try (Connection connection = narrowed("parley_reader_own", user, "")) {
            connection.commit();
            try (Statement sql = connection.createStatement();
                    ResultSet role =
                            sql.executeQuery(
                                    "SELECT current_user,"
                                            + " current_setting('parley.reader', true)")) {
                assertThat(role.next()).isTrue();
                assertThat(role.getString(1)).isEqualTo("postgres");
                assertThat(role.getString(2)).isNullOrEmpty();
            }
        }
    }

    @Test
    void aTeamsAuditorSeesThatTeamByEveryCall() {
        String auditor = Tokens.of(newUser(), "team-auditor", team);
        String foreign = Tokens.of(newUser(), "team-auditor", "another");
        String teamless = Tokens.of(newUser(), "team-auditor");

        for (String call :
                new String[] {
                    "conversations?",
                    "messages?",
                    "refusals?",
                    "flows?",
                    "usage?",
                    "messages?query=hi&",
                    "conversations?query=ho&",
                    "refusals?query=no&"
                }) {
            String path = "/api/audit/" + call + "user=" + user;
            SURROUNDINGS.eventually(auditor, path, page -> page.path("items").size() == 1);
            assertThat(AUDIT.json(foreign, path).path("items").size()).as(call).isZero();
            assertThat(AUDIT.get(teamless, path).statusCode()).isEqualTo(403);
        }
        SURROUNDINGS.eventually(
                auditor,
                "/api/audit/usage?by=team",
                page ->
                        page.path("items").size() == 1
                                && page.at("/items/0/name").asString("").equals(team));
        String one = "/api/audit/conversations/" + conversation;
        assertThat(AUDIT.json(auditor, one).at("/turns/0/answer").stringValue()).isEqualTo("Ho");
        assertThat(AUDIT.json(auditor, one + "/verify").path("ok").booleanValue()).isTrue();
        assertThat(AUDIT.get(foreign, one).statusCode()).isEqualTo(404);
        assertThat(AUDIT.get(foreign, one + "/verify").statusCode()).isEqualTo(404);
        assertThat(AUDIT.get(foreign, "/api/messages/" + message + "/flow").statusCode())
                .isEqualTo(404);
        assertThat(AUDIT.get(auditor, "/api/audit/reads").statusCode()).isEqualTo(403);
    }

    @Test
    void thePolicyGivesAndTakesTheRoleWhateverTheTokenSays() {
        String person = newUser();
        String token = Tokens.of(person, "auditor");
        assertThat(AUDIT.get(token, "/api/audit/messages").statusCode()).isEqualTo(200);

        policy(person, new PolicyRecord.User(person, "user", null, null, null, Map.of(), null));
        eventually(token, 403);
        policy(
                person,
                new PolicyRecord.User(person, "team-auditor", team, null, null, Map.of(), null));
        eventually(token, 200);
        assertThat(AUDIT.json(token, "/api/audit/messages").path("items").size()).isEqualTo(1);
        LOG.send(Topic.POLICY.topicName(), "user/" + person, null);
        SURROUNDINGS.eventually(
                token, "/api/audit/messages", page -> page.path("items").size() > 1);
    }

    private static void policy(String person, PolicyRecord record) {
        LOG.send(Topic.POLICY.topicName(), "user/" + person, Json.write(record));
    }

    private static void eventually(String token, int status) {
        Awaitility.await("status " + status)
                .atMost(Surroundings.PATIENCE)
                .until(() -> AUDIT.get(token, "/api/audit/messages").statusCode() == status);
    }

    private static long count(String table, String where, String role, String reader, String team)
            throws SQLException {
        try (Connection connection = narrowed(role, reader, team);
                Statement sql = connection.createStatement();
                ResultSet rows =
                        sql.executeQuery("SELECT count(*) FROM " + table + " WHERE " + where)) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private static Connection narrowed(String role, String reader, String team)
            throws SQLException {
        Connection connection =
                DriverManager.getConnection(
                        SURROUNDINGS.database().url() + "?currentSchema=audit",
                        "postgres",
                        "postgres");
        connection.setAutoCommit(false);
        try (var set =
                connection.prepareStatement(
                        "SELECT set_config('parley.reader', ?, true),"
                                + " set_config('parley.team', ?, true),"
                                + " set_config('role', ?, true)")) {
            set.setString(1, reader);
            set.setString(2, team);
            set.setString(3, role);
            set.execute();
        }
        return connection;
    }
}
