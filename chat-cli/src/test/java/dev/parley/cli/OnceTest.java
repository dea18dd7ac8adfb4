package dev.parley.cli;

import static dev.parley.cli.FakeGateway.accepted;
import static dev.parley.cli.FakeGateway.answering;
import static dev.parley.cli.FakeGateway.done;
import static dev.parley.cli.FakeGateway.token;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a script sees of {@code --once}: the answer on one stream, everything else on the other, and
 * the exit code.
 */
@Timeout(60)
class OnceTest {

    private static final String FAILURE =
            """
            {"type":"error","message_id":"m1","error":"No room.","code":"%s","retryable":true,"retry_after_s":7}\
            """;

    private FakeGateway gateway;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws Exception {
        gateway = new FakeGateway();
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
    }

    private int once(String... more) {
        List<String> arguments = new ArrayList<>(List.of("--url", gateway.url(), "--once", "Hi"));
        arguments.addAll(List.of(more));
        return ChatCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void printsTheAnswerAloneByEitherTransport(boolean sse) {
        gateway.onFrame(answering(token(0, "Good "), token(1, "day"), done("Good day")));

        int code = sse ? once("--token", "good", "--sse") : once("--token", "good");

        assertThat(code).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("Good day" + System.lineSeparator());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void signsInWithAPassword() {
        gateway.onFrame(answering(done("Yes")));

        assertThat(once("--user", "user1", "--password", "right")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString()).startsWith("Yes");
    }

    @Test
    void aWrongPasswordIsOneSentenceAndCodeThree() {
        assertThat(once("--user", "user1", "--password", "wrong")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString().strip()).isEqualTo("User name or password is wrong.");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBadTokenIsCodeThree(boolean sse) {
        int code = sse ? once("--token", "bad", "--sse") : once("--token", "bad");

        assertThat(code).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString()).contains("[unauthenticated]").contains("--token");
    }

    @Test
    void nobodyThereIsCodeThree() throws Exception {
        String url = gateway.url();
        gateway.close();

        int code =
                ChatCommand.commandLine()
                        .setErr(new PrintWriter(err, true))
                        .execute("--url", url, "--token", "good", "--once", "Hi");

        assertThat(code).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString()).contains("Cannot reach " + url);
    }

    @ParameterizedTest
    @CsvSource({
        // no way to sign in          | an option that is none | an address that is none
        "'--once,Hi', Who are you",
        "'--token,good,--onse,Hi', Unknown option",
        "'--token,good,--url,ftp://x,--once,Hi', --url must be",
        "'--token,good,--timeout,0,--once,Hi', --timeout must be",
    })
    void aCommandLineWithoutSenseIsCodeTwo(String arguments, String says) {
        int code =
                ChatCommand.commandLine()
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments.split(","));

        assertThat(code).isEqualTo(ExitCode.USAGE);
        assertThat(err.toString()).contains(says);
    }

    @ParameterizedTest
    @CsvSource({
        "rate_limited, Ask again in 7 s.",
        "model_not_allowed, --model",
        "upstream_incomplete, model provider",
        "a_code_of_tomorrow, report the reference",
    })
    void anErrorFrameIsCodeOneAndSaysWhatToDo(String errorCode, String advice) {
        gateway.onFrame(answering(token(0, "Half"), FAILURE.formatted(errorCode)));

        assertThat(once("--token", "good")).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("No room.").contains(advice);
    }

    @Test
    void theLimitThatRefusedIsNamed() {
        gateway.onFrame(
                answering(
                        """
                        {"type":"error","message_id":"m1","error":"Used up.","code":"budget_exhausted","retryable":true,\
                        "limit":{"name":"tokens_per_day","used":1000,"max":1000,"resets_at":"2026-11-23T00:00:00Z"}}\
                        """));

        assertThat(once("--token", "good")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString())
                .contains("tokens_per_day: 1000 of 1000, free again at 2026-11-23T00:00:00Z.");
    }

    @Test
    void anErrorWithoutAnIdEndsAMessageThatIsNotAccepted() {
        gateway.onFrame((peer, frame) ->
                peer.send(
                        "{\"type\":\"error\",\"error\":\"No.\",\"code\":\"bad_frame\",\"retryable\":false}"));

        assertThat(once("--token", "good")).isEqualTo(ExitCode.FAILED);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aBrokenConnectionIsResumedFromTheCursor(boolean sse) {
        gateway.onFrame((peer, frame) -> {
            peer.send(accepted(frame));
            peer.send(token(0, "Good "));
            // In order, so that the token has come: a reset may take it along.
            peer.close(1001);
        });
        gateway.onReturn(peer -> peer.send(done("Good day")));

        int code = sse ? once("--token", "good", "--sse") : once("--token", "good");

        assertThat(code).isEqualTo(ExitCode.DONE);
        assertThat(out).hasToString("Good day" + System.lineSeparator());
        assertThat(gateway.received("message")).hasSize(1);
        assertThat(gateway.peers).hasSize(2);
        assertThat(gateway.peers.getLast().session()).isEqualTo("s1");
        assertThat(gateway.peers.getLast().cursor()).isEqualTo("t0");
    }

    @Test
    void aMessageThatWasNotAcceptedIsSentAgainAsTheSame() {
        gateway.onFrame((peer, frame) -> {
            if (gateway.received("message").size() == 1) {
                peer.close(LinkEnd.BROKEN);
            } else {
                answering(done("Once")).accept(peer, frame);
            }
        });

        assertThat(once("--token", "good")).isEqualTo(ExitCode.DONE);
        assertThat(gateway.received("message")).hasSize(2);
        assertThat(
                        gateway.received("message").stream()
                                .map(f -> f.path("client_msg_id").asString(""))
                                .distinct())
                .hasSize(1);
    }

    @Test
    void aCloseThatForbidsToComeBackIsCodeThree() {
        gateway.onFrame((peer, frame) -> peer.close(4403));

        assertThat(once("--token", "good")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString()).contains("blocked");
        assertThat(gateway.peers).hasSize(1);
    }

    @Test
    void aStreamSaysByItsLastErrorWhyItEnds() {
        gateway.onFrame((peer, frame) -> {
            peer.send(accepted(frame));
            peer.send(
                    "{\"type\":\"error\",\"error\":\"went on\",\"code\":\"conflict\",\"retryable\":false}");
            peer.close(4409);
        });

        assertThat(once("--token", "good", "--sse")).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(err.toString()).contains("goes on elsewhere");
        assertThat(gateway.peers).hasSize(1);
    }

    @Test
    void anExpiredTokenIsRenewedWithThePassword() {
        gateway.onFrame((peer, frame) -> {
            if (peer.session().isEmpty()) {
                peer.close(4401);
            } else {
                answering(done("Renewed")).accept(peer, frame);
            }
        });

        assertThat(once("--user", "user1", "--password", "right")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString()).startsWith("Renewed");
    }

    @Test
    void aToolThatAsksIsDenied() {
        gateway.onFrame((peer, frame) -> {
            if (frame.path("type").asString("").equals("message")) {
                peer.send(accepted(frame));
                peer.send(
                        """
                        {"type":"approval","message_id":"m1","call_id":"k1","server":"s","tool":"t",\
                        "arguments":{},"expires_at":"2026-11-23T00:00:00Z"}\
                        """);
            } else {
                peer.send(done("Without it"));
            }
        });

        assertThat(once("--token", "good")).isEqualTo(ExitCode.DONE);
        assertThat(gateway.received("approve"))
                .singleElement()
                .satisfies(frame -> assertThat(frame.path("approved").asBoolean(true)).isFalse());
    }

    @Test
    void anAnswerWithoutAnEndIsGivenUp() {
        gateway.onFrame(answering(token(0, "Half")));

        assertThat(once("--token", "good", "--timeout", "1")).isEqualTo(ExitCode.FAILED);
        assertThat(err.toString()).contains("No end of the answer in 1 s.");
    }

    @Test
    void theOptionsReachTheMessage() {
        gateway.onFrame(answering(done("Yes")));

        assertThat(once("--token", "good", "--model", "gpt-x", "--conversation", "c7"))
                .isEqualTo(ExitCode.DONE);
        assertThat(gateway.received("message"))
                .singleElement()
                .satisfies(frame -> {
                    assertThat(frame.path("text").asString("")).isEqualTo("Hi");
                    assertThat(frame.path("model").asString("")).isEqualTo("gpt-x");
                    assertThat(frame.path("conversation_id").asString("")).isEqualTo("c7");
                });
    }

    @Test
    void framesComeAsLinesOfJson() {
        gateway.onFrame(
                answering(
                        "{\"type\":\"a_type_of_tomorrow\"}",
                        token(0, "Line\nbreak"),
                        done("Line\nbreak")));

        assertThat(once("--token", "good", "--json")).isEqualTo(ExitCode.DONE);
        assertThat(out.toString().lines())
                .hasSize(5)
                .allSatisfy(line -> Json.tree(line.getBytes(StandardCharsets.UTF_8)))
                .element(3)
                .satisfies(line -> assertThat(line).contains("Line\\nbreak"));
    }
}
