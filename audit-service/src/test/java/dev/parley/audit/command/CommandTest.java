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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
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
