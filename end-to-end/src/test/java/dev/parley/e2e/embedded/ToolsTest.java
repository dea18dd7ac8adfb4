package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.NpmServers;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.ScriptedModel;
import dev.parley.e2e.system.TestFolders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Tools through the whole: the published MCP servers from npm, the demonstration and a scripted
 * model (G7).
 */
class ToolsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static OneCommandRun run;
    private static ScriptedModel model;
    private static Path files;

    @BeforeAll
    static void start() throws IOException {
        NpmServers.need();
        Path data = TestFolders.fresh("tools");
        files = Files.createDirectories(data.resolveSibling("files"));
        Files.writeString(files.resolve("note.txt"), "The note says 42.");
        Path policy = data.resolveSibling("policy.yaml");
        Files.writeString(policy, policy(files));
        model = new ScriptedModel();
        run =
                OneCommandRun.start(
                        data,
                        Map.of(
                                "PARLEY_POLICY_FILE",
                                policy.toString(),
                                "PARLEY_DEMO_TOKENS_PER_SECOND",
                                "0",
                                "PARLEY_MODEL_BASE_URL",
                                model.baseUrl(),
                                "PARLEY_MODEL",
                                "scripted"));
        Rest admin = new Rest(run.gateway(), run.tokens().of("tools-admin", "admin"));
        NpmServers.awaitTools(admin, "everything");
        NpmServers.awaitTools(admin, "files");
        await("the worker has heard of that").atMost(PATIENCE).until(ToolsTest::bothAreOffered);
    }

    private static boolean bothAreOffered() {
        try (ChatSocket chat = chat(user(), "user")) {
            String message =
                    chat.say(
                            """
                            use tool everything__echo {"message":"there?"}
                            use tool files__list_allowed_directories {}\
                            """,
                            Map.of("model", "demo"));
            return chat.frames().assertAnswered(message).at("/result/tool_calls").intValue() == 2;
        }
    }

    @AfterAll
    static void stop() {
        if (run != null) {
            run.close();
            model.close();
        }
    }

    private static String policy(Path files) {
        String wide = "{ requests_per_minute: 10000, tokens_per_day: 100000000 }";
        return """
        roles:
          user:
            limits: %1$s
            tools:
              everything: { mode: allow, tools: ["echo", "get-*"], ask: ["get-env"] }
              files: { mode: deny, tools: ["write*", "edit*", "move*", "create*"] }
          all: { limits: %1$s, tools: { everything: { mode: all } } }
          some: { limits: %1$s, tools: { everything: { mode: allow, tools: ["get-sum"] } } }
          most: { limits: %1$s, tools: { everything: { mode: deny, tools: ["echo"] } } }
          none: { limits: %1$s, tools: { everything: { mode: none } } }
          without: { limits: %1$s }
          admin: { limits: %1$s }
          auditor: { limits: %1$s }
        mcp-servers:
          everything: { transport: stdio, command: ["node", "%2$s", "stdio"] }
          files: { transport: stdio, command: ["node", "%3$s", "%4$s"] }
        """
                .formatted(
                        wide,
                        NpmServers.program("server-everything"),
                        NpmServers.program("server-filesystem"),
                        files.toAbsolutePath());
    }

    private static ChatSocket chat(String user, String role) {
        return ChatSocket.connect(run.gateway(), run.tokens().of(user, role));
    }

    private static String user() {
        return "tools-" + UUID.randomUUID();
    }

    private static JsonNode result(ChatSocket chat, String message) {
        return chat.frames()
                .await(
                        "tool_result of " + message,
                        f -> Frames.type(f).equals("tool_result") && Frames.isOf(f, message));
    }

    @Test
    void the_demonstration_calls_echo_and_everybody_sees_it() {
        String user = user();
        try (ChatSocket chat = chat(user, "user")) {
            String message =
                    chat.say(
                            "use tool everything__echo {\"message\":\"bonjour 😀\"}",
                            Map.of("model", "demo"));
            JsonNode done = chat.frames().assertAnswered(message);
            JsonNode call = chat.frames().await("tool_call");

            assertThat(done.at("/result/answer").stringValue()).contains("Echo: bonjour 😀");
            assertThat(done.at("/result/tool_calls").intValue()).isEqualTo(1);
            assertThat(done.at("/result/tools_used/0").stringValue()).isEqualTo("everything__echo");
            assertThat(done.at("/result/iterations").intValue()).isEqualTo(2);
            assertThat(call.get("arguments").get("message").stringValue()).isEqualTo("bonjour 😀");
            assertThat(result(chat, message).get("call_id")).isEqualTo(call.get("call_id"));
            assertThat(result(chat, message).get("status").stringValue()).isEqualTo("ok");
            Rest rest = new Rest(run.gateway(), run.tokens().of(user, "user"));
            String conversation = chat.welcome().get("conversation_id").stringValue();
            await("the call is in the history")
                    .atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(rest.get("/api/conversations/" + conversation).body())
                                    .contains(call.get("call_id").stringValue())
                                    .contains("Echo: bonjour"));
            await("the call is in the flow")
                    .atMost(PATIENCE)
                    .untilAsserted(() ->
                            assertThat(rest.get("/api/messages/" + message + "/flow").body())
                                    .contains("\"tool_call\"")
                                    .contains("\"tool_filter\"")
                                    .contains(call.get("call_id").stringValue()));
        }
    }

    @Test
    void an_openai_compatible_model_calls_echo() {
        try (ChatSocket chat = chat(user(), "user")) {
            model.asksFor("everything__echo", "{\"message\":\"over the wire\"}");
            String message = chat.say("Please echo.", Map.of("model", "scripted"));
            JsonNode done = chat.frames().assertAnswered(message);

            assertThat(done.at("/result/answer").stringValue())
                    .isEqualTo("The tool said: Echo: over the wire");
            assertThat(done.at("/result/tokens_input").intValue()).isEqualTo(22);
            assertThat(model.offered())
                    .contains("everything__echo")
                    .doesNotContain("files__write_file");
        }
    }

    @Test
    void the_file_server_reads_and_never_writes() {
        try (ChatSocket chat = chat(user(), "user")) {
            String note = files.resolve("note.txt").toAbsolutePath().toString();
            JsonNode read =
                    chat.frames()
                            .assertAnswered(
                                    chat.say(
                                            "use tool files__read_text_file {\"path\":\"%s\"}"
                                                    .formatted(note),
                                            Map.of("model", "demo")));
            assertThat(read.at("/result/answer").stringValue()).contains("The note says 42.");
            String message =
                    chat.say(
                            "force tool files__write_file {\"path\":\"%s\",\"content\":\"x\"}"
                                    .formatted(note),
                            Map.of("model", "demo"));
            chat.frames().assertAnswered(message);
            assertThat(result(chat, message).get("status").stringValue()).isEqualTo("denied");
            assertThat(files.resolve("note.txt")).hasContent("The note says 42.");
        }
    }

    @ParameterizedTest
    @CsvSource({
        // role,  tool,     status
        "all,     echo,     ok",
        "all,     get-sum,  ok",
        "some,    echo,     denied",
        "some,    get-sum,  ok",
        "most,    echo,     denied",
        "most,    get-sum,  ok",
        "none,    echo,     denied",
        "none,    get-sum,  denied",
        "without, echo,     denied",
        "without, get-sum,  denied",
        "admin,   echo,     denied",
    })
    void a_forbidden_tool_is_never_run(String role, String tool, String status) {
        try (ChatSocket chat = chat(user(), role)) {
            String message =
                    chat.say(
                            "force tool everything__%s {\"message\":\"x\",\"a\":1,\"b\":2}"
                                    .formatted(tool),
                            Map.of("model", "demo"));
            chat.frames().assertAnswered(message);

            assertThat(result(chat, message).get("status").stringValue()).isEqualTo(status);
        }
    }

    @ParameterizedTest
    @CsvSource({"true, ok, PATH", "false, denied, denied"})
    void a_call_that_asks_waits_for_its_user(boolean yes, String status, String answer) {
        try (ChatSocket chat = chat(user(), "user");
                ChatSocket stranger = chat(user(), "user")) {
            String message = chat.say("use tool everything__get-env {}", Map.of("model", "demo"));
            JsonNode approval = chat.frames().await("approval");
            assertThat(approval.get("message_id").stringValue()).isEqualTo(message);
            assertThat(approval.get("tool").stringValue()).isEqualTo("get-env");
            assertThat(approval.get("expires_at").stringValue()).isNotBlank();
            Map<String, Object> word =
                    Map.of(
                            "type",
                            "approve",
                            "call_id",
                            approval.get("call_id").stringValue(),
                            "approved",
                            yes);
            stranger.send(word);
            assertThat(stranger.frames().await("error").get("code").stringValue())
                    .isEqualTo("not_found");
            chat.send(word);
            JsonNode done = chat.frames().assertAnswered(message);

            assertThat(result(chat, message).get("status").stringValue()).isEqualTo(status);
            assertThat(done.at("/result/answer").stringValue()).contains(answer);
        }
    }

    /** Everything dies while a person thinks; their word still counts afterwards. */
    @Test
    void an_approval_survives_the_death_of_everything() {
        String user = user();
        String token = run.tokens().of(user, "user");
        String message;
        String session;
        String cursor;
        String callId;
        try (ChatSocket chat = chat(user, "user")) {
            session = chat.welcome().get("session_id").stringValue();
            message = chat.say("use tool everything__get-env {}", Map.of("model", "demo"));
            JsonNode approval = chat.frames().await("approval");
            callId = approval.get("call_id").stringValue();
            cursor = approval.path("cursor").asString("");
            List<ProcessHandle> servers =
                    run.process()
                            .descendants()
                            .filter(p -> p.info().command().orElse("").endsWith("node"))
                            .toList();
            assertThat(servers).hasSizeGreaterThanOrEqualTo(2);
            run.kill();
            await("the servers' processes end with the worker")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> servers.stream().noneMatch(ProcessHandle::isAlive));
        }
        run.startAgain();
        Rest rest = new Rest(run.gateway(), token);
        await("the call is listed again")
                .atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(rest.get("/api/me").body())
                                .contains(callId)
                                .contains("get-env"));
        try (ChatSocket chat = ChatSocket.resume(run.gateway(), token, session, cursor)) {
            chat.frames().await("welcome");
            chat.send(Map.of("type", "approve", "call_id", callId, "approved", true));
            JsonNode done = chat.frames().awaitTerminal(message, PATIENCE);

            assertThat(Frames.type(done)).as("%s", done).isEqualTo("done");
            assertThat(done.at("/result/answer").stringValue()).contains("PATH");
            assertThat(done.at("/result/tool_calls").intValue()).isEqualTo(1);
        }
        assertThat(rest.get("/api/me").body()).doesNotContain(callId);
    }
}
