package dev.parley.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One real PostgreSQL as a process beside this JVM, reachable on the loopback address by password.
 *
 * <p>The folder keeps the cluster, the password and the unpacked programs. The server runs outside
 * the terminal's process group, so that Ctrl-C does not take the database from under those who
 * still write to it, and it ends with this JVM however that ends: a {@linkplain #watch watcher}
 * sees a pipe close. One that was left over all the same is stopped by the next start. Its
 * write-ahead log is flushed at each commit, so that killing it loses nothing.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** Of the database and of the role that owns it. */
    private static final String NAME = "parley";

    /** Another process may take the port, and backends of a killed server take a moment to go. */
    private static final int START_ATTEMPTS_MAX = 5;

    private static final long START_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Recovery after a kill reads the write-ahead log since the last checkpoint. */
    private static final int START_SECONDS_MAX = 120;

    private static final int STOP_SECONDS_MAX = 15;
    private static final int LOG_LINES_SHOWN = 5;

    private final PostgresProgram program;
    private final ProgramUser user;
    private final Path directory;
    private final String password;
    private int port;
    private @Nullable Process watcher;

    private EmbeddedPostgres(PostgresProgram program, ProgramUser user, Path directory) {
        this.program = program;
        this.user = user;
        this.directory = directory;
        this.password = Secrets.in(directory).keep("password", Secrets::randomText);
    }

    /**
     * Starts the server and returns when the database takes connections.
     *
     * @param directory where the cluster and the programs live; made when absent
     */
    public static EmbeddedPostgres start(Path directory) {
        return start(directory, Map.of(), ProgramUser.detect());
    }

    /**
     * As {@link #start(Path)}.
     *
     * @param settings server settings by their PostgreSQL names, over the ones chosen here; values
     *     without white space
     */
    public static EmbeddedPostgres start(Path directory, Map<String, String> settings) {
        return start(directory, settings, ProgramUser.detect());
    }

    static EmbeddedPostgres start(Path folder, Map<String, String> settings, ProgramUser user) {
        Path directory = folder.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
            PostgresProgram program = PostgresProgram.unpacked(directory.resolve("program"));
            EmbeddedPostgres postgres = new EmbeddedPostgres(program, user, directory);
            postgres.createCluster();
            postgres.stopLeftover();
            postgres.startServer(settings);
            postgres.createDatabase();
            return postgres;
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL did not start in " + directory, e);
        }
    }

    /** Without user and password. */
    public String jdbcUrl() {
        return jdbcUrl(NAME);
    }

    public String user() {
        return NAME;
    }

    public String password() {
        return password;
    }

    /** Ends every connection, writes a checkpoint and stops the server. Idempotent. */
    @Override
    public synchronized void close() {
        Process watching = watcher;
        if (watching == null) {
            return;
        }
        watcher = null;
        watching.destroyForcibly();
        try {
            resume();
        } catch (IOException e) {
            // It is gone, or was never paused; the stop below says the rest.
        }
        stop();
    }

    /**
     * Stops every process of the server where it stands (SIGSTOP): connections stay, and nothing
     * answers.
     */
    synchronized void pause() throws IOException {
        signal("-STOP");
    }

    /** Lets a paused server go on; harmless for one that runs. */
    synchronized void resume() throws IOException {
        signal("-CONT");
    }

    private void signal(String signal) throws IOException {
        Long pid = serverProcess(directory);
        if (pid == null) {
            throw new IOException("PostgreSQL does not run");
        }
        // The server first: it would start new processes in place of its own.
        int status = kill(signal, List.of(pid.toString()));
        if (status != 0) {
            throw new IOException("kill " + signal + " ended with " + status);
        }
        List<String> others =
                ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::descendants)
                        .map(process -> Long.toString(process.pid()))
                        .toList();
        if (!others.isEmpty()) {
            // One that has ended meanwhile makes this fail, and is no loss.
            kill(signal, others);
        }
    }

    private static int kill(String signal, List<String> pids) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", signal));
        command.addAll(pids);
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .onExit()
                .join()
                .exitValue();
    }

    /** The process id of the server, as the server wrote it down; empty when there is none. */
    static @Nullable Long serverProcess(Path directory) {
        try (var lines = Files.lines(directory.resolve("cluster/postmaster.pid"))) {
            return lines.findFirst().map(line -> Long.valueOf(line.strip())).orElse(null);
        } catch (IOException | UncheckedIOException | NumberFormatException e) {
            return null;
        }
    }

    private String jdbcUrl(String database) {
        return "jdbc:postgresql://" + LoopbackPorts.ADDRESS + ":" + port + "/" + database;
    }

    private Path cluster() {
        return directory.resolve("cluster");
    }

    private Path log() {
        return directory.resolve("postgres.log");
    }

    /** A cluster appears whole or not at all: one that was interrupted is made again. */
    private void createCluster() throws IOException {
        if (Files.exists(cluster())) {
            return;
        }
        Path unfinished = directory.resolve("cluster.new");
        if (Files.exists(unfinished)) {
            PostgresProgram.deleteTree(unfinished);
        }
        Files.createDirectory(unfinished);
        user.own(directory);
        run(
                "initdb",
                "--pgdata=" + unfinished,
                "--username=" + NAME,
                "--auth=scram-sha-256",
                "--pwfile=" + directory.resolve("password"),
                "--encoding=UTF8",
                // Built in: the same order of text on every machine and after every system update.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8");
        Files.move(unfinished, cluster(), StandardCopyOption.ATOMIC_MOVE);
    }

    private void stopLeftover() throws IOException {
        Long pid = serverProcess(directory);
        if (pid == null) {
            return;
        }
        boolean isOurs =
                ProcessHandle.of(pid)
                        .map(p -> p.info().command().orElse("postgres").endsWith("postgres"))
                        .orElse(false);
        if (isOurs) {
            stop();
        } else {
            // After a restart of the machine the number belongs to somebody else, which the server
            // would take for a running server.
            Files.delete(cluster().resolve("postmaster.pid"));
        }
    }

    private void startServer(Map<String, String> overrides) throws IOException {
        for (int attempt = 1; ; attempt++) {
            port = LoopbackPorts.free(1).getFirst();
            StringBuilder options = new StringBuilder();
            Map<String, String> settings = settings(port);
            settings.putAll(overrides);
            settings.forEach((name, value) -> options.append(" -c ").append(name + "=" + value));
            long logged = Files.exists(log()) ? Files.size(log()) : 0;
            try {
                run(
                        "pg_ctl",
                        "start",
                        "--wait",
                        "--timeout=" + START_SECONDS_MAX,
                        "--pgdata=" + cluster(),
                        "--log=" + log(),
                        "--options=" + options);
                watch();
                return;
            } catch (IOException e) {
                String said = lastLinesSince(logged);
                if (attempt >= START_ATTEMPTS_MAX || !passes(said)) {
                    throw new IOException(said.isEmpty() ? e.getMessage() : said, e);
                }
                LockSupport.parkNanos(START_PAUSE_NANOS);
            }
        }
    }

    private static boolean passes(String said) {
        return said.contains("Address already in use")
                || said.contains("pre-existing shared memory block");
    }

    private static Map<String, String> settings(int port) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("port", Integer.toString(port));
        settings.put("listen_addresses", LoopbackPorts.ADDRESS);
        settings.put("unix_socket_directories", "");
        settings.put("max_connections", "60");
        settings.put("shared_buffers", "64MB");
        // Nobody replicates from here: COPY into a fresh table writes no log.
        settings.put("wal_level", "minimal");
        settings.put("max_wal_senders", "0");
        settings.put("max_wal_size", "512MB");
        // Workers for reading ahead are three more processes; a laptop's working set is in memory.
        settings.put("io_method", "sync");
        settings.put("jit", "off");
        settings.put("timezone", "UTC");
        settings.put("log_timezone", "UTC");
        settings.put("log_checkpoints", "off");
        settings.put("log_min_messages", "warning");
        return settings;
    }

    /**
     * A shell that waits for this JVM's end of a pipe to close, which the kernel does for a killed
     * process too, and then asks the server for a fast stop. It names the process, not the folder,
     * so that it cannot stop a successor.
     */
    private void watch() throws IOException {
        Long pid = serverProcess(directory);
        if (pid == null) {
            throw new IOException("PostgreSQL ended right after its start; see " + log());
        }
        watcher =
                new ProcessBuilder(
                                "sh", "-c", "trap '' INT TERM HUP; read -r line; kill -INT " + pid)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
    }

    private void createDatabase() throws IOException {
        try (Connection connection =
                        DriverManager.getConnection(jdbcUrl("postgres"), NAME, password);
                Statement statement = connection.createStatement()) {
            try (ResultSet existing =
                    statement.executeQuery(
                            "SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
                if (existing.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE " + NAME);
        } catch (SQLException e) {
            close();
            throw new IOException("PostgreSQL refuses its own owner", e);
        }
    }

    private void stop() {
        for (String mode : List.of("fast", "immediate")) {
            try {
                run(
                        "pg_ctl",
                        "stop",
                        "--wait",
                        "--timeout=" + STOP_SECONDS_MAX,
                        "--mode=" + mode,
                        "--pgdata=" + cluster());
                return;
            } catch (IOException e) {
                if (Files.notExists(cluster().resolve("postmaster.pid"))) {
                    return;
                }
            }
        }
    }

    private void run(String program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(this.program.executable(program));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("parley-" + program, ".out");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(user.command(command))
                            .directory(directory.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(output.toFile());
            // The user's own PostgreSQL settings are meant for other servers.
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().put("LC_ALL", "C");
            int status = builder.start().onExit().join().exitValue();
            if (status != 0) {
                throw new IOException(
                        program
                                + " ended with "
                                + status
                                + ": "
                                + Files.readString(output).strip());
            }
        } finally {
            Files.delete(output);
        }
    }

    private String lastLinesSince(long offset) throws IOException {
        if (Files.notExists(log())) {
            return "";
        }
        byte[] all = Files.readAllBytes(log());
        String added =
                new String(all, (int) offset, all.length - (int) offset, StandardCharsets.UTF_8);
        List<String> lines = added.lines().toList();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    }
}
