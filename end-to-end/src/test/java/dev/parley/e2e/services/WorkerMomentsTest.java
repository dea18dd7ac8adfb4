package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.HeldModel;
import dev.parley.e2e.system.NpmServers;
import dev.parley.e2e.system.ServicesRun;
import dev.parley.e2e.system.TestFolders;
import dev.parley.schemas.Json;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import tools.jackson.databind.JsonNode;

/**
 * G1, G3, G6: the only worker is killed at each moment of an answer's way, and started again. The
 * answer ends once, with the text that was shown, and is charged once. This provider cannot go on
 * with an answer that was begun, so it begins again.
 */
class WorkerMomentsTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Map<String, Object> HELD = Map.of("model", "held");
    private static final Map<String, Object> DEMO = Map.of("model", "demo");

    private static HeldModel model;
    private static ServicesRun run;

    private String user;
    private Rest rest;
    private ChatSocket chat;

    @BeforeAll
    static void start() throws Exception {
        NpmServers.need();
        Path policy = TestFolders.fresh("worker-moments-policy").resolve("policy.yaml");
        Files.createDirectories(policy.getParent());
        Files.writeString(
                policy,
                """
                roles:
                  user:
                    limits: { requests_per_minute: 10000, tokens_per_day: 100000000 }
                    tools: { everything: { mode: all, ask: ["get-env"] } }
                  admin: { limits: { requests_per_minute: 10000 } }
                mcp-servers:
                  everything: { transport: stdio, command: ["node", "%s", "stdio"] }
                """
                        .formatted(NpmServers.program("server-everything")));
        model = new HeldModel();
        run =
                ServicesRun.of()
                        .with("PARLEY_POLICY_FILE", policy.toString())
                        .with("PARLEY_MODEL_BASE_URL", model.baseUrl())
                        .with("PARLEY_MODEL", "held")
                        .with("PARLEY_DEMO_TOKENS_PER_SECOND", "0")
                        .start("worker-moments");
        NpmServers.awaitTools(
                new Rest(run.gateway(0).address(), run.tokens().of("moments-admin", "admin")),
                "everything");
    }

    @AfterAll
    static void stop() {
        if (run != null) {
            run.close();
            model.close();
        }
    }

    @BeforeEach
    void connect(TestInfo test) {
        user = test.getTestMethod().orElseThrow().getName();
        String token = run.tokens().of(user, "user");
        rest = new Rest(run.gateway(0).address(), token);
        chat = ChatSocket.connect(run.gateway(0).address(), token);
        chat.welcome();
    }

    @AfterEach
    void leave() {
        chat.close();
    }

    @Test
    void before_it_has_the_job() throws Exception {
        run.worker(0).kill();
        String message = chat.say("Where do rivers end?", HELD);
        run.worker(0).startAgain();
        model.next().say("In the sea.").finish().end();

        assertWhole(message, "In the sea.");
    }

    @Test
    void when_the_provider_was_asked_and_said_nothing() throws Exception {
        String message = chat.say("Where do rivers end?", HELD);
        model.next();
        killAndStart();
        model.next().say("In the sea.").finish().end();

        assertWhole(message, "In the sea.");
    }

    @Test
    void in_the_middle_of_the_stream() throws Exception {
        String message = chat.say("Where do rivers end?", HELD);
        model.next().say("In a ");
        awaitShown(message, "In a ");
        killAndStart();
        model.next().say("In the sea.").finish().end();

        assertWhole(message, "In the sea.");
    }

    @Test
    void when_everything_was_shown_and_the_stream_is_open() throws Exception {
        String message = chat.say("Where do rivers end?", HELD);
        model.next().say("In the sea.");
        awaitShown(message, "In the sea.");
        killAndStart();
        model.next().say("In the sea.").finish().end();

        assertWhole(message, "In the sea.");
    }

    @Test
    void in_the_middle_of_a_tools_call() {
        awaitToolsOffered();
        String message =
                chat.say(
                        "use tool everything__trigger-long-running-operation"
                                + " {\"duration\":4,\"steps\":2}",
                        DEMO);
        chat.frames()
                .await(
                        "the call of " + message,
                        f -> Frames.type(f).equals("tool_call") && Frames.isOf(f, message));
        killAndStart();

        assertThat(assertWhole(message, null)).contains("Long running operation completed");
    }

    @Test
    void while_a_call_waits_for_its_users_yes() {
        awaitToolsOffered();
        String message = chat.say("use tool everything__get-env {}", DEMO);
        JsonNode approval = chat.frames().await("approval");
        killAndStart();
        chat.send(
                Map.of(
                        "type",
                        "approve",
                        "call_id",
                        approval.get("call_id").stringValue(),
                        "approved",
                        true));

        assertThat(assertWhole(message, null)).contains("PATH");
    }

    @Test
    void after_the_end_nothing_is_run_again() throws Exception {
        String message = chat.say("Where do rivers end?", HELD);
        model.next().say("In the sea.").finish().end();
        assertWhole(message, "In the sea.");
        killAndStart();

        String next = chat.say("And lakes?", HELD);
        model.next().say("They do not.").finish().end();
        assertWhole(next, "They do not.");
        assertThat(model.isUnasked()).as("the first question was not asked again").isTrue();
        assertThat(chat.frames().terminalsOf(message)).hasSize(1);
    }

    private static void killAndStart() {
        run.worker(0).kill();
        run.worker(0).startAgain();
    }

    /** A worker that has just begun offers a server's tools once it knows them. */
    private void awaitToolsOffered() {
        await("the worker offers the tools")
                .atMost(PATIENCE)
                .until(() -> {
                    String probe = chat.say("use tool everything__echo {\"message\":\"x\"}", DEMO);
                    return chat.frames()
                                    .awaitTerminal(probe, PATIENCE)
                                    .at("/result/tool_calls")
                                    .intValue()
                            == 1;
                });
    }

    private void awaitShown(String message, String text) {
        chat.frames().await("\"" + text + "\"", f -> chat.frames().shownText(message).equals(text));
    }

    /** Ends once, with what was shown, is stored once and charged once; gives the text. */
    private String assertWhole(String message, @Nullable String wanted) {
        JsonNode done = chat.frames().awaitTerminal(message, PATIENCE);
        assertThat(Frames.type(done)).as("%s", done).isEqualTo("done");
        String shown = chat.frames().shownText(message);
        assertThat(done.at("/result/answer").stringValue()).isEqualTo(shown);
        assertThat(done.at("/result/finish_reason").stringValue()).isEqualTo("stop");
        if (wanted != null) {
            assertThat(shown).isEqualTo(wanted);
        }
        await("the answer of " + message + " is stored once, and its charge")
                .atMost(PATIENCE)
                .untilAsserted(() -> {
                    assertThat(links(message, "assistant")).isEqualTo(1);
                    assertThat(links(message, "charge")).isEqualTo(1);
                });
        assertThat(chat.frames().terminalsOf(message)).hasSize(1);
        return shown;
    }

    private long links(String message, String kind) {
        String conversation = chat.welcome().get("conversation_id").stringValue();
        return rest.get("/api/conversations/" + conversation + "/export?format=jsonl")
                .body()
                .lines()
                .map(l -> Json.mapper().readTree(l))
                .filter(l -> l.at("/link/body/message_id").asString("").equals(message))
                .filter(l -> l.at("/link/body/kind").asString("").equals(kind))
                .count();
    }
}
