package dev.parley.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    @TempDir Path folder;

    @Test
    void keepsRowsAndPasswordAcrossARestart() throws Exception {
        String password;
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            execute(postgres, "CREATE TABLE kept (n int)");
            execute(postgres, "INSERT INTO kept VALUES (7)");
            password = postgres.password();
        }
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertThat(number(postgres, "SELECT n FROM kept")).isEqualTo(7);
            assertThat(postgres.password()).isEqualTo(password);
        }
    }

    @Test
    void stopsAServerThatAKilledProcessLeftBehind() throws Exception {
        EmbeddedPostgres left = EmbeddedPostgres.start(folder);
        execute(left, "CREATE TABLE kept (n int)");
        execute(left, "INSERT INTO kept VALUES (7)");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertThat(postgres.jdbcUrl()).isNotEqualTo(left.jdbcUrl());
            assertThat(number(postgres, "SELECT n FROM kept")).isEqualTo(7);
        }
    }

    @Test
    void recoversAfterTheServerItselfWasKilled() throws Exception {
        EmbeddedPostgres killed = EmbeddedPostgres.start(folder);
        execute(killed, "CREATE TABLE kept (n int)");
        execute(killed, "INSERT INTO kept VALUES (7)");
        ProcessHandle server = server();
        server.destroyForcibly();
        server.onExit().join();

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertThat(number(postgres, "SELECT n FROM kept")).isEqualTo(7);
        }
    }

    @Test
    void standsStillWhilePausedAndGoesOnAfterwards() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            execute(postgres, "CREATE TABLE kept (n int)");
            postgres.pause();
            assertThatThrownBy(() ->
                            DriverManager.getConnection(
                                    postgres.jdbcUrl()
                                            + "?loginTimeout=1&connectTimeout=1&socketTimeout=1",
                                    postgres.user(),
                                    postgres.password()))
                    .isInstanceOf(SQLException.class);
            postgres.resume();
            execute(postgres, "INSERT INTO kept VALUES (7)");
            assertThat(number(postgres, "SELECT n FROM kept")).isEqualTo(7);
        }
    }

    @Test
    void stopsThoughItIsPaused() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(folder);
        ProcessHandle server = server();
        postgres.pause();
        postgres.close();
        // Its files say that it has stopped a moment before the process is gone.
        assertThat(server.onExit().get(10, TimeUnit.SECONDS).isAlive()).isFalse();
    }

    @Test
    void isNotMisledByTheProcessNumberOfSomebodyElse() throws Exception {
        EmbeddedPostgres.start(folder).close();
        Files.writeString(
                folder.resolve("cluster/postmaster.pid"), ProcessHandle.current().pid() + "\n");

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertThat(number(postgres, "SELECT 1")).isEqualTo(1);
        }
    }

    @Test
    void makesAnInterruptedClusterAgain() throws Exception {
        Files.createDirectories(folder.resolve("cluster.new/base"));

        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertThat(number(postgres, "SELECT 1")).isEqualTo(1);
        }
    }

    @Test
    void asksForThePassword() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(folder)) {
            assertThatThrownBy(() ->
                            DriverManager.getConnection(
                                    postgres.jdbcUrl(), postgres.user(), "guessed"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    void keepsThePasswordFromOtherUsers() throws Exception {
        EmbeddedPostgres.start(folder).close();

        assertThat(Files.getPosixFilePermissions(folder.resolve("password")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void runsAsNobodyWhereTheSuperuserHasNoNameSpaces() throws Exception {
        assumeThat(ProgramUser.detect())
                .as("only the superuser can")
                .isNotEqualTo(ProgramUser.SELF);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        Path inner = Files.createDirectory(folder.resolve("inner"));

        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.start(inner, Map.of(), ProgramUser.NOBODY)) {
            assertThat(number(postgres, "SELECT 1")).isEqualTo(1);
        }
        EmbeddedPostgres.start(inner, Map.of(), ProgramUser.NOBODY).close();
    }

    @Test
    void endsWhenItsStarterIsKilled() throws Exception {
        Process starter = ChildJvm.start(StartsPostgres.class, folder.toString());
        Awaitility.await("the child's server")
                .atMost(Duration.ofSeconds(30))
                .until(() -> ChildJvm.said(starter, StartsPostgres.READY));
        ProcessHandle server = server();
        starter.destroyForcibly().onExit().join();

        Awaitility.await("the end of the server")
                .atMost(Duration.ofSeconds(20))
                .until(() -> !server.isAlive());
    }

    private ProcessHandle server() {
        return ProcessHandle.of(EmbeddedPostgres.serverProcess(folder)).orElseThrow();
    }

    private static void execute(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static int number(EmbeddedPostgres postgres, String sql) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getInt(1);
        }
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(
                postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    /** Run in a JVM that is to be killed. */
    static final class StartsPostgres {

        static final String READY = "ready";

        public static void main(String[] arguments) throws Exception {
            EmbeddedPostgres.start(Path.of(arguments[0]));
            System.out.println(READY);
            System.in.read();
        }
    }
}
