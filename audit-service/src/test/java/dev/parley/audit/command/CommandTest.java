package dev.parley.audit.command;

import static dev.parley.audit.fixture.Surroundings.newId;
import static dev.parley.audit.fixture.Surroundings.newUser;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.LogWriter;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.Tokens;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.TurnRecord;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import picocli.CommandLine;

/** The store made anew, proved the same, and dead letters sent in again. */
class CommandTest {

    /** Of its own: what other tests' retention drops is in the log all the same. */
    private static final Surroundings SURROUNDINGS = Surroundings.alone();

    private static final LogWriter LOG = SURROUNDINGS.log();
    private static final JdbcClient DATABASE = SURROUNDINGS.audit().database();

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final String user = newUser();
    private final String conversation = newId();

    @BeforeEach
    void connect() throws IOException {
        Files.createDirectories(folder.resolve("secrets"));
        Files.writeString(
                folder.resolve("secrets/connection.properties"),
                "PARLEY_KAFKA_BOOTSTRAP_SERVERS="
                        + SURROUNDINGS.broker().bootstrapServers()
                        + "\nPARLEY_DB_URL="
                        + SURROUNDINGS.database().url()
                        + "\nPARLEY_DB_USER=postgres\nPARLEY_DB_PASSWORD=postgres\n");
    }

    @Test
    void makesTheStoreAnewAndProvesItTheSameUntilOneIsTouched() {
        String message = LOG.exchange(user, conversation, null, "One", "1");
        String failed = newId();
        LOG.link(user, conversation, LOG.userTurn(user, failed, message, null, "Two"));
        LOG.link(user, conversation, LOG.toolCall(user, failed, "c", "{}", "ok"));
        LOG.link(
                user,
                conversation,
                new TurnRecord.ApprovalTurn(
                        failed, "c", "everything", "echo", "approved", user, Instant.now()));
        TurnRecord last = LOG.link(user, conversation, LOG.failure(user, failed, "Par"));
        // Comes twice: the one store has it by the one way, the other perhaps by the other.
        LOG.send(Topic.TURNS.topicName(), conversation, Json.write(last));
        LOG.link(user, newId(), LOG.refusal(user, newId(), ErrorCode.RATE_LIMITED, "Not now"));
        LOG.step(user, conversation, message, "gateway_received");
        SURROUNDINGS.conversation(user, conversation, 2);

        assertThat(run("rebuild", "--into", "anew")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("anew is made", "records/s", "100.0 %");
        assertThat(run("compare", "audit", "anew")).as(out.toString()).isZero();
        assertThat(out.toString()).contains("hold the same", "messages", "flow");

        DATABASE.sql(
                        "UPDATE anew.links SET record = replace(record, 'ws', 'sse')"
                                + " WHERE conversation_id = ? AND ordinal = 3")
                .param(conversation)
                .update();
        assertThat(run("compare", "audit", "anew")).isEqualTo(1);
        assertThat(out.toString()).contains("chain " + conversation + " differs from link 3 on");
        DATABASE.sql("DELETE FROM anew.links WHERE conversation_id = ?")
                .param(conversation)
                .update();
        assertThat(run("compare", "audit", "anew")).isEqualTo(1);
        assertThat(out.toString()).contains("chain " + conversation + " is in audit alone");
        DATABASE.sql("UPDATE anew.charges SET tokens_input = 11 WHERE message_id = ?")
                .param(message)
                .update();
        assertThat(run("compare", "audit", "anew")).isEqualTo(1);
        assertThat(out.toString()).contains("table charges differs");

        // A store that is made again in the same schema goes on where it ended: nothing is left.
        assertThat(run("rebuild", "--into", "anew")).isZero();
    }

    @Test
    void whatTheRetentionDroppedIsNoDifferenceAndDoesNotComeBack() {
        String team = "team-" + newId();
        String young = newId();
        record(team);
        LOG.exchange(user, young, null, "Young", "Stays");
        SURROUNDINGS.conversation(user, young, 1);
        assertThat(run("rebuild", "--into", "anew_before")).as(err.toString()).isZero();
        assertThat(run("compare", "audit", "anew_before")).as(out.toString()).isZero();

        drop(team);
        assertThat(rows("audit", "links", conversation)).isZero();
        assertThat(rows("audit", "approvals", conversation)).isZero();
        assertThat(rows("anew_before", "links", conversation)).isEqualTo(5);
        assertThat(run("compare", "audit", "anew_before")).as(out.toString()).isZero();
        assertThat(out.toString()).contains("5 links that the retention", "hold the same");

        assertThat(run("rebuild", "--into", "anew_after")).as(err.toString()).isZero();
        assertThat(out.toString()).contains("1 chains are cut");
        for (String table : List.of("links", "messages", "refusals", "approvals", "flow")) {
            assertThat(rows("anew_after", table, conversation)).as(table).isZero();
        }
        assertThat(rows("anew_after", "charges", conversation)).isEqualTo(1);
        assertThat(run("compare", "audit", "anew_after")).as(out.toString()).isZero();
        assertThat(
                        DATABASE.sql(
                                        "SELECT count(*) FROM anew_after.retention_rules WHERE name = ?")
                                .param(team)
                                .query(Long.class)
                                .single())
                .isEqualTo(1);

        // What is said afterwards is in both, and goes on from the same cut.
        LOG.link(user, team, "user", conversation, LOG.userTurn(user, newId(), null, null, "On"));
        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/conversations/" + conversation,
                shown -> shown.path("links").asInt(0) == 6);
        assertThat(run("rebuild", "--into", "anew_after")).as(err.toString()).isZero();
        assertThat(rows("anew_after", "links", conversation)).isEqualTo(1);
        assertThat(run("compare", "audit", "anew_after")).as(out.toString()).isZero();

        // Whoever calls it retention, without an act that says so, is found out.
        DATABASE.sql(
                        "UPDATE conversations c SET dropped_through = 2, dropped_hash = k.hash"
                                + " FROM links k WHERE c.id = ? AND k.conversation_id = c.id"
                                + " AND k.ordinal = 2")
                .param(young)
                .update();
        DATABASE.sql("DELETE FROM links WHERE conversation_id = ?").param(young).update();
        assertThat(run("compare", "audit", "anew_before")).isEqualTo(1);
        assertThat(out.toString()).contains("tell of 5 dropped links, and 8 are gone");
        DATABASE.sql("UPDATE conversations SET dropped_hash = 'other' WHERE id = ?")
                .param(young)
                .update();
        assertThat(run("compare", "audit", "anew_before")).isEqualTo(1);
        assertThat(out.toString())
                .contains("chain " + young + " was dropped from audit up to link 2");
        DATABASE.sql("INSERT INTO links SELECT * FROM anew_before.links WHERE conversation_id = ?")
                .param(young)
                .update();
        DATABASE.sql(
                        "UPDATE conversations SET dropped_through = NULL, dropped_hash = NULL"
                                + " WHERE id = ?")
                .param(young)
                .update();
        assertThat(run("compare", "audit", "anew_before")).as(out.toString()).isZero();
    }

    /** One of each. */
    private void record(String team) {
        String message = newId();
        String refused = newId();
        for (TurnRecord.Body body :
                List.of(
                        LOG.userTurn(user, message, null, null, "Old"),
                        new TurnRecord.ApprovalTurn(
                                message, "c", "everything", "echo", "denied", user, Instant.now()),
                        LOG.assistantTurn(user, message, "Gone"),
                        LOG.charge(message),
                        LOG.refusal(user, refused, ErrorCode.RATE_LIMITED, "No"))) {
            LOG.link(user, team, "user", conversation, body);
        }
        LOG.step(user, conversation, message, "done");
        LOG.step(user, conversation, refused, "error");
        SURROUNDINGS.conversation(user, conversation, 2);
        Awaitility.await("the checkpoints")
                .atMost(Surroundings.PATIENCE)
                .until(() -> rows("audit", "flow", conversation) == 2);
    }

    /** Runs the retention as if the team's conversation had ended a month and more ago. */
    private void drop(String team) {
        DATABASE.sql(
                        "INSERT INTO retention_rules (kind, name, days, set_by, set_at)"
                                + " VALUES ('teams', ?, 30, 'the-auditor', now())")
                .param(team)
                .update();
        shift("-");
        SURROUNDINGS.retention();
        shift("+");
    }

    private void shift(String sign) {
        DATABASE.sql(
                        "UPDATE conversations SET last_at = last_at "
                                + sign
                                + " interval '40 days' WHERE id = ?")
                .param(conversation)
                .update();
    }

    private static long rows(String schema, String table, String conversation) {
        return DATABASE.sql(
                        "SELECT count(*) FROM "
                                + schema
                                + "."
                                + table
                                + " WHERE conversation_id = ?")
                .param(conversation)
                .query(Long.class)
                .single();
    }

    @Test
    void isWhatTheScriptRuns() throws Exception {
        LOG.exchange(user, conversation, null, "One", "1");
        SURROUNDINGS.conversation(user, conversation, 1);
        Path root = scriptWith("audit-service");
        String data = folder.toString();

        assertThat(script(root, "audit", "rebuild", "--into", "scripted", "--data", data))
                .contains("scripted is made")
                .endsWith("0");
        assertThat(script(root, "audit", "compare", "audit", "scripted", "--data", data))
                .contains("hold the same")
                .endsWith("0");
        assertThat(script(root, "audit", "compare", "audit")).endsWith("2");
    }

    /**
     * A folder in which the script finds {@code module} built: its jar leads to the classes of this
     * test.
     */
    private Path scriptWith(String module) throws IOException {
        Path root = Files.createDirectories(folder.resolve("root"));
        Files.copy(
                Path.of("").toAbsolutePath().getParent().resolve("parley"),
                root.resolve("parley"),
                StandardCopyOption.COPY_ATTRIBUTES);
        Files.createFile(root.resolve("pom.xml"));
        Path target = Files.createDirectories(root.resolve(module + "/target"));
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes()
                .put(
                        Attributes.Name.CLASS_PATH,
                        Stream.of(System.getProperty("java.class.path").split(":"))
                                .map(entry -> Path.of(entry).toUri().toString())
                                .collect(Collectors.joining(" ")));
        new JarOutputStream(Files.newOutputStream(target.resolve(module + ".jar")), manifest)
                .close();
        return root;
    }

    /** What it writes, and at the end its exit code. */
    private static String script(Path root, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(root.resolve("parley").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + process.waitFor();
    }

    @Test
    void sendsDeadLettersInAgainOnce() {
        String message = newId();
        TurnRecord link =
                LOG.next(user, conversation, LOG.userTurn(user, message, null, null, "Late"));
        // The letter of a version that was once not known.
        LOG.send(Topic.TURNS.deadLetterName(), conversation, Json.write(link));

        assertThat(run("redrive", "--topic", "parley.turns", "--dry-run")).isZero();
        assertThat(out.toString()).contains(conversation, "would be sent");
        assertThat(run("redrive", "--topic", "parley.turns")).as(err.toString()).isZero();
        assertThat(out.toString()).contains(conversation);

        SURROUNDINGS.eventually(
                Tokens.of(user, "user"),
                "/api/conversations/" + conversation,
                shown -> shown.path("links").asInt(0) == 1);
        assertThat(run("redrive", "--topic", "parley.turns")).isZero();
        assertThat(out.toString()).doesNotContain(conversation);
    }

    @Test
    void answersTwoToWhatItCannotUse() {
        assertThat(run("rebuild")).isEqualTo(2);
        assertThat(run("rebuild", "--into", "audit")).isEqualTo(2);
        assertThat(run("rebuild", "--into", "x; DROP SCHEMA audit")).isEqualTo(2);
        assertThat(run("compare", "audit", "no_such_schema")).isEqualTo(2);
        assertThat(run("redrive", "--topic", "no.such.topic")).isEqualTo(2);
        assertThat(run()).isEqualTo(2);
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine command = AuditCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        String[] whole = args;
        if (args.length > 0) {
            whole = java.util.Arrays.copyOf(args, args.length + 2);
            whole[args.length] = "--data";
            whole[args.length + 1] = folder.toString();
        }
        return command.execute(whole);
    }
}
