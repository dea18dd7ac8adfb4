package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.PolicyRecord.AcceptedTools;
import dev.parley.schemas.record.PolicyRecord.McpServer;
import dev.parley.schemas.record.PolicyRecord.ToolRule;
import dev.parley.schemas.record.RecordedTool;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AnswerParked;
import dev.parley.schemas.record.ToolCatalog;
import dev.parley.schemas.record.ToolCatalog.ToolDescriptor;
import dev.parley.worker.tool.FaultyServers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tools of faulty MCP servers through a real worker: what the model, the client and the log see.
 */
class ToolsTest {

    private static final String SECRET = "the-servers-own";

    private static final ToolRule ALL = new ToolRule("all", List.of(), List.of());

    private static final String THREE_CALLS =
            """
            use tool http__echo {"message":"at once"}
            use tool http__sum {"a":2,"b":3}
            use tool http__sum {"a":20,"b":30}\
            """;

    private static Broker broker;
    private static ConfigurableApplicationContext worker;
    private static Log log;
    private static FaultyServers servers;

    @TempDir private static Path credentials;

    @BeforeAll
    static void start() throws Exception {
        Files.writeString(credentials.resolve("guarded.txt"), SECRET + "\n");
        broker = Broker.start();
        servers = new FaultyServers();
        worker =
                WorkerApplication.application()
                        .run(
                                "--parley.kafka.bootstrap-servers=" + broker.address(),
                                "--server.port=0",
                                "--parley.worker.concurrency=8",
                                "--parley.tools.credentials-dir=" + credentials,
                                "--parley.demo.tokens-per-second=0",
                                "--parley.demo.first-token-delay=0ms",
                                "--parley.tools.call-timeout=3s",
                                "--parley.tools.backoff=100ms",
                                "--parley.tools.offer-wait=20s");
        log = new Log(broker.address());
        for (McpServer server : servers.entries()) {
            log.policy(server);
        }
        for (McpServer server : servers.entries()) {
            accept(server.name());
        }
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
        worker.close();
        servers.close();
        broker.close();
    }

    /** As an administrator does, or the policy's administration at a server's first connection. */
    private static void accept(String server) {
        await().atMost(Log.WITHIN)
                .until(() -> log.catalog(server) != null && log.catalog(server).error() == null);
        Map<String, String> hashes =
                log.catalog(server).tools().stream()
                        .collect(Collectors.toMap(ToolDescriptor::name, ToolDescriptor::hash));
        log.policy(new AcceptedTools(server, hashes));
        // One hop to the worker; every answer that follows sees it.
        awaitOffered(server);
    }

    private static int probes;

    private static void awaitOffered(String server) {
        await().atMost(Log.WITHIN)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    String id = "probe-" + probes++;
                    log.put(
                            job(
                                    id,
                                    Map.of(server, List.of(ALL)),
                                    "use tool " + server + "__echo {}"));
                    return log.awaitResult(id, AnswerCompleted.class).toolCalls() == 1;
                });
    }

    private static Job job(String id, Map<String, List<ToolRule>> tools, String text) {
        return job(id, tools, 10, null, List.of(), null, text);
    }

    private static Job job(
            String id,
            Map<String, List<ToolRule>> tools,
            Integer rounds,
            ParkedAnswer parked,
            List<ApprovalDecision> decisions,
            List<RecordedTool> recorded,
            String text) {
        Job plain = Log.job(id, "demo:fast", new ChatMessage("user", text));
        return new Job(
                plain.jobId() + (parked == null ? "" : "-2"),
                id,
                plain.conversationId(),
                plain.userId(),
                plain.role(),
                plain.replyTo(),
                plain.model(),
                plain.messages(),
                null,
                null,
                plain.createdAt(),
                plain.deadline(),
                tools,
                rounds,
                parked == null ? 0 : 1,
                parked,
                decisions,
                recorded,
                null);
    }

    private static Map<String, List<ToolRule>> only(String server, ToolRule... rules) {
        return Map.of(server, List.of(rules));
    }

    private AnswerCompleted ask(String id, Map<String, List<ToolRule>> tools, String text) {
        log.put(job(id, tools, text));
        return log.awaitResult(id, AnswerCompleted.class);
    }

    private ServerFrame.ToolResult result(String id) {
        return log.frames(id).stream()
                .filter(ServerFrame.ToolResult.class::isInstance)
                .map(ServerFrame.ToolResult.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "stdio"})
    void aToolIsCalledAndItsResultIsInTheLaneTheResultsAndTheAnswer(String server) {
        String id = "echo-" + server;
        AnswerCompleted end =
                ask(id, only(server, ALL), "use tool " + server + "__echo {\"message\":\"hé 😀\"}");

        assertThat(end.answer()).contains("Echo: hé 😀");
        assertThat(log.text(id)).isEqualTo(end.answer());
        assertThat(end.toolCalls()).isEqualTo(1);
        assertThat(end.toolsUsed()).containsExactly(server + "__echo");
        assertThat(end.iterations()).isEqualTo(2);
        ServerFrame.ToolCall call =
                log.frames(id).stream()
                        .filter(ServerFrame.ToolCall.class::isInstance)
                        .map(ServerFrame.ToolCall.class::cast)
                        .findFirst()
                        .orElseThrow();
        assertThat(call.server()).isEqualTo(server);
        assertThat(call.arguments().get("message").asString()).isEqualTo("hé 😀");
        assertThat(result(id).callId()).isEqualTo(call.callId());
        assertThat(result(id).status()).isEqualTo("ok");
        ResultEvent.ToolCallFinished recorded =
                log.awaitResult(id, ResultEvent.ToolCallFinished.class);
        assertThat(recorded.callId()).isEqualTo(call.callId());
        assertThat(recorded.text()).isEqualTo("Echo: hé 😀");
        await().atMost(Log.WITHIN)
                .untilAsserted(() ->
                        assertThat(log.checkpoints(id))
                                .filteredOn(c -> c.name().equals("tool_call"))
                                .singleElement()
                                .satisfies(c -> {
                                    assertThat(c.durationUs()).isPositive();
                                    assertThat(c.detail()).containsEntry("call_id", call.callId());
                                }));
    }

    @ParameterizedTest
    @CsvSource({
        // tool,      over http, over stdio
        "hang,        timeout,   timeout",
        "endless,     timeout,   timeout",
        "fail,        error,     error",
        "not-json,    error,     timeout",
        "wrong-id,    error,     timeout",
        "no-result,   error,     error",
        "flood,       error,     error",
        "die,         error,     error",
        "lone,        ok,        ok",
        "big,         ok,        ok",
        "instruct,    ok,        ok",
    })
    void whateverAServerDoesTheAnswerGoesOn(String tool, String overHttp, String overStdio) {
        for (String server : List.of("http", "stdio")) {
            String id = tool + "-" + server;
            awaitOffered(server);
            Instant asked = Instant.now();
            AnswerCompleted end =
                    ask(id, only(server, ALL), "use tool " + server + "__" + tool + " {}");

            assertThat(end.finishReason()).isEqualTo("stop");
            assertThat(end.iterations()).isEqualTo(2);
            assertThat(result(id).status())
                    .as(server)
                    .isEqualTo(server.equals("http") ? overHttp : overStdio);
            assertThat(result(id).text().length()).isLessThan(20_100);
            assertThat(end.toolsUsed()).containsExactly(server + "__" + tool);
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(20));
        }
        if (tool.equals("big")) {
            assertThat(result("big-http").text()).endsWith("[cut: 130000 more characters]");
        }
        if (tool.equals("hang")) {
            await().atMost(Log.WITHIN).until(() -> !servers.cancelledOverHttp().isEmpty());
        }
    }

    @ParameterizedTest
    @CsvSource({
        // mode,  tools,      asked for, runs
        "all,     ,           echo,      true",
        "allow,   echo sum,   echo,      true",
        "allow,   sum,        echo,      false",
        "allow,   e*,         echo,      true",
        "deny,    echo,       echo,      false",
        "deny,    sum,        echo,      true",
        "none,    echo,       echo,      false",
        "nonsense,echo,       echo,      false",
        "all,     ,           no-such,   false",
    })
    void aForbiddenToolIsNeitherOfferedNorRun(
            String mode, String tools, String tool, boolean runs) {
        ToolRule rule =
                new ToolRule(mode, tools == null ? List.of() : List.of(tools.split(" ")), null);
        String id = "right-" + mode + "-" + tools + "-" + tool;
        int before = servers.callsOverHttp();

        AnswerCompleted end = ask(id, only("http", rule), "force tool http__" + tool + " {}");
        AnswerCompleted offered =
                ask(id + "-o", only("http", rule), "use tool http__" + tool + " {}");

        assertThat(end.finishReason()).isEqualTo("stop");
        assertThat(result(id).status()).isEqualTo(runs ? "ok" : "denied");
        assertThat(end.toolCalls()).isEqualTo(runs ? 1 : 0);
        assertThat(servers.callsOverHttp() - before).isEqualTo(runs ? 2 : 0);
        assertThat(offered.answer().contains("is not offered to me")).isEqualTo(!runs);
    }

    @Test
    void severalRulesMustAllAllow() {
        int before = servers.callsOverHttp();
        ask(
                "two-rules",
                only("http", ALL, new ToolRule("deny", List.of("echo"), null)),
                "force tool http__echo {}");

        assertThat(result("two-rules").status()).isEqualTo("denied");
        assertThat(servers.callsOverHttp()).isEqualTo(before);
    }

    @Test
    void withoutRulesNothingRuns() {
        ask("no-rules", Map.of(), "force tool http__echo {}");
        ask("other-server", only("stdio", ALL), "force tool http__echo {}");

        assertThat(result("no-rules").status()).isEqualTo("denied");
        assertThat(result("other-server").status()).isEqualTo("denied");
    }

    @Test
    void callsOfOneRoundRunAtOnceAndAreToldInTheirOrder() {
        AnswerCompleted end =
                ask(
                        "parallel",
                        only("http", ALL),
                        """
                        use tool http__hang {}
                        use tool http__hang {}
                        use tool http__echo {"message":"third"}\
                        """);

        assertThat(end.toolCalls()).isEqualTo(3);
        assertThat(Duration.between(end.startedAt(), end.endedAt()))
                .isLessThan(Duration.ofSeconds(6));
        assertThat(end.answer().indexOf("third"))
                .isGreaterThan(end.answer().indexOf("did not answer"));
        assertThat(log.frames("parallel"))
                .filteredOn(ServerFrame.ToolResult.class::isInstance)
                .extracting(f -> ((ServerFrame.ToolResult) f).callId())
                .doesNotHaveDuplicates()
                .hasSize(3);
    }

    @Test
    void malformedArgumentsAreAnErrorToTheModel() {
        AnswerCompleted end = ask("malformed", only("http", ALL), "use tool http__echo {\"a\":");

        assertThat(result("malformed").status()).isEqualTo("error");
        assertThat(end.answer()).contains("not a JSON object");
        assertThat(end.toolCalls()).isZero();
    }

    @Test
    void aRoundThatWasNotReservedForEndsTheAnswerWithLength() {
        String text = "use tool http__big {}";
        log.put(holding(job("held-little", only("http", ALL), text), 1_000));
        log.put(holding(job("held-much", only("http", ALL), text), 1_000_000));
        AnswerCompleted little = log.awaitResult("held-little", AnswerCompleted.class);
        AnswerCompleted much = log.awaitResult("held-much", AnswerCompleted.class);

        assertThat(result("held-little").status()).isEqualTo("ok");
        assertThat(little.finishReason()).isEqualTo("length");
        assertThat(little.iterations()).as("calls of the model").isEqualTo(1);
        assertThat(little.usage().input()).as("within the hold").isLessThanOrEqualTo(1_000);
        assertThat(much.finishReason()).isEqualTo("stop");
        assertThat(much.iterations()).isEqualTo(2);
        assertThat(much.usage().input()).as("more than the small hold").isGreaterThan(1_000);
    }

    private static Job holding(Job job, long inputHeld) {
        return new Job(
                job.jobId(),
                job.messageId(),
                job.conversationId(),
                job.userId(),
                job.role(),
                job.replyTo(),
                job.model(),
                job.messages(),
                job.maxTokens(),
                job.temperature(),
                job.createdAt(),
                job.deadline(),
                job.tools(),
                job.toolRounds(),
                job.attemptBase(),
                job.parked(),
                job.decisions(),
                job.recordedTools(),
                inputHeld);
    }

    @Test
    void roundsEndWhereTheLimitSays() {
        log.put(
                job(
                        "rounds",
                        only("http", ALL),
                        2,
                        null,
                        List.of(),
                        null,
                        "loop tool http__echo {}"));
        AnswerCompleted end = log.awaitResult("rounds", AnswerCompleted.class);

        assertThat(end.toolCalls()).isEqualTo(2);
        assertThat(end.finishReason()).isEqualTo("length");
        assertThat(end.iterations()).isEqualTo(3);
    }

    @Test
    void aCallThatNeedsAnApprovalParksTheAnswerAndAnotherJobGoesOn() {
        ToolRule asks = new ToolRule("all", List.of(), List.of("sum"));
        int before = servers.callsOverHttp();
        log.put(job("parked", only("http", asks), THREE_CALLS));
        AnswerParked parked = log.awaitResult("parked", AnswerParked.class);

        assertThat(parked.parked().pending()).hasSize(2);
        assertThat(servers.callsOverHttp()).isEqualTo(before + 1);
        List<ApprovalDecision> decisions =
                List.of(
                        new ApprovalDecision(parked.parked().pending().get(0).callId(), "approved"),
                        new ApprovalDecision(parked.parked().pending().get(1).callId(), "denied"));
        log.put(
                job(
                        "parked",
                        only("http", asks),
                        10,
                        parked.parked(),
                        decisions,
                        null,
                        THREE_CALLS));
        AnswerCompleted end = log.awaitResult("parked", AnswerCompleted.class);

        assertThat(servers.callsOverHttp()).isEqualTo(before + 2);
        assertThat(end.attempt()).isEqualTo(2);
        assertThat(end.answer()).contains("Echo: at once").contains("\n\n5").contains("denied");
        assertThat(end.toolCalls()).isEqualTo(2);
        assertThat(end.iterations()).isEqualTo(2);
        assertThat(log.text("parked")).isEqualTo(end.answer());
    }

    @Test
    void anApprovalThatNobodyGaveRunsNothing() {
        ToolRule asks = new ToolRule("all", List.of(), List.of("*"));
        log.put(job("unsaid", only("http", asks), "use tool http__echo {}"));
        AnswerParked parked = log.awaitResult("unsaid", AnswerParked.class);
        int before = servers.callsOverHttp();
        log.put(
                job(
                        "unsaid",
                        only("http", asks),
                        10,
                        parked.parked(),
                        List.of(),
                        null,
                        "use tool http__echo {}"));
        log.awaitResult("unsaid", AnswerCompleted.class);

        assertThat(result("unsaid").status()).isEqualTo("denied");
        assertThat(servers.callsOverHttp()).isEqualTo(before);
    }

    @Test
    void aRerunServesTheRecordAndCallsNobody() {
        int before = servers.callsOverHttp();
        log.put(
                job(
                        "rerun",
                        Map.of(),
                        10,
                        null,
                        List.of(),
                        List.of(
                                new RecordedTool(
                                        "http",
                                        "echo",
                                        dev.parley.schemas.Json.tree(
                                                "{\"message\":\"x\"}".getBytes()),
                                        "ok",
                                        "as it was")),
                        "use tool http__echo {\"message\":\"x\"}"));
        AnswerCompleted end = log.awaitResult("rerun", AnswerCompleted.class);

        assertThat(end.answer()).contains("as it was");
        assertThat(servers.callsOverHttp()).isEqualTo(before);
    }

    @Test
    void aStopEndsACallAtOnceAndWithdrawsItFromTheServer() {
        int withdrawn = servers.cancelledOverHttp().size();
        log.put(job("stopped", only("http", ALL), "use tool http__hang {}"));
        await().atMost(Log.WITHIN)
                .until(() ->
                        log.frames("stopped").stream()
                                .anyMatch(ServerFrame.ToolCall.class::isInstance));
        Instant told = Instant.now();
        log.stop("stopped");
        AnswerCompleted end = log.awaitResult("stopped", AnswerCompleted.class);

        assertThat(end.finishReason()).isEqualTo("stopped");
        assertThat(Duration.between(told, end.endedAt())).isLessThan(Duration.ofMillis(1500));
        await().atMost(Log.WITHIN).until(() -> servers.cancelledOverHttp().size() > withdrawn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"changing-http", "changing-stdio"})
    void aChangedOrNewToolWaitsForAnAdministrator(String name) {
        log.policy(servers.changing(name));
        accept(name);
        ask(name + "-change", only(name, ALL), "use tool " + name + "__change {}");
        await().atMost(Log.WITHIN)
                .until(() ->
                        log.catalog(name).tools().stream()
                                .anyMatch(t -> t.name().equals("brand-new")));

        AnswerCompleted end =
                ask(
                        name + "-after",
                        only(name, ALL),
                        """
                        use tool %1$s__echo {}
                        use tool %1$s__brand-new {}
                        force tool %1$s__echo {}
                        use tool %1$s__sum {"a":1,"b":1}\
                        """
                                .formatted(name));

        assertThat(end.answer())
                .contains(name + "__echo is not offered")
                .contains(name + "__brand-new is not offered");
        assertThat(end.toolsUsed()).containsExactly(name + "__sum");
        accept(name);
        log.policyGone("mcp-server/" + name);
        await().atMost(Log.WITHIN)
                .pollDelay(Duration.ZERO)
                .until(() -> {
                    String id = "gone-" + probes++;
                    return ask(id, only(name, ALL), "use tool " + name + "__echo {}").toolCalls()
                            == 0;
                });
    }

    @Test
    void aServerAtAPrivateAddressIsRefusedUnlessThePolicyAllowsIt() {
        log.policy(new McpServer("private", "http", List.of(), servers.httpUrl(), null, false));
        await().atMost(Log.WITHIN).until(() -> log.catalog("private") != null);
        ToolCatalog catalog = log.catalog("private");

        assertThat(catalog.tools()).isEmpty();
        assertThat(catalog.error()).contains("address is refused");
        log.policyGone("mcp-server/private");
    }

    @Test
    void aRedirectIsNotFollowed() {
        log.policy(servers.redirecting("redirected", "http://169.254.169.254/mcp"));
        await().atMost(Log.WITHIN).until(() -> log.catalog("redirected") != null);

        assertThat(log.catalog("redirected").error()).contains("redirect");
        log.policyGone("mcp-server/redirected");
    }

    @Test
    void aCommandThatIsNotThereIsNamed() {
        log.policy(new McpServer("absent", "stdio", List.of("no-such-program"), null, null, false));
        await().atMost(Log.WITHIN).until(() -> log.catalog("absent") != null);

        assertThat(log.catalog("absent").error()).contains("no-such-program").contains("PATH");
        log.policyGone("mcp-server/absent");
    }

    @Test
    void aProcessGetsItsCredentialAndNothingElseOfTheWorkers() {
        AnswerCompleted end = ask("env", only("stdio", ALL), "use tool stdio__env {}");

        assertThat(end.answer()).contains("PATH");
        assertThat(end.answer()).doesNotContain("JAVA_HOME").doesNotContain("PARLEY");
    }

    @Test
    void aServerIsShownItsOwnCredentialAndNoOtherServerIs() {
        log.policy(servers.guarded("guarded", "guarded.txt", null));
        accept("guarded");
        String id = "credential";
        AnswerCompleted end =
                ask(id, only("guarded", ALL), "use tool guarded__echo {\"message\":\"hi\"}");

        assertThat(end.answer()).contains("Echo: hi").doesNotContain(SECRET);
        assertThat(servers.headersOf("guarded"))
                .as("from the first word to the last")
                .hasSizeGreaterThan(3)
                .allSatisfy(headers ->
                        assertThat(headers.get("Authorization"))
                                .containsExactly("Bearer " + SECRET));
        assertThat(servers.callsOf("guarded"))
                .as("nothing of who asks")
                .isNotEmpty()
                .allSatisfy(call ->
                        assertThat(call.propertyNames())
                                .containsExactlyInAnyOrder("name", "arguments"));
        awaitOffered("http");
        assertThat(servers.headersOverHttp().toString()).doesNotContain(SECRET);
        assertThat(log.catalog("guarded").toString()).doesNotContain(SECRET);
        log.policyGone("mcp-server/guarded");
    }

    @Test
    void aCredentialGoesNowhereElseByARedirect() {
        log.policy(
                servers.guarded(
                        "leads-away", "guarded.txt", servers.guarded("target", null, null).url()));
        await().atMost(Log.WITHIN).until(() -> log.catalog("leads-away") != null);

        assertThat(log.catalog("leads-away").error()).contains("redirect");
        assertThat(servers.headersOf("leads-away")).isNotEmpty();
        assertThat(servers.headersOf("target")).isEmpty();
        log.policyGone("mcp-server/leads-away");
    }

    @Test
    void withoutItsCredentialAServerIsNotCalled() {
        log.policy(servers.guarded("keyless", "absent.txt", null));
        await().atMost(Log.WITHIN).until(() -> log.catalog("keyless") != null);

        assertThat(log.catalog("keyless").error()).contains("absent.txt");
        assertThat(servers.headersOf("keyless")).isEmpty();
        log.policyGone("mcp-server/keyless");
    }

    @Test
    void noTokenOfAUserReachesAServer() {
        awaitOffered("http");

        assertThat(servers.headersOverHttp())
                .isNotEmpty()
                .allSatisfy(headers -> assertThat(headers).doesNotContainKey("Authorization"));
    }
}
