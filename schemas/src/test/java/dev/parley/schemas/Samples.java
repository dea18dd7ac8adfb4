package dev.parley.schemas;

import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.ChainCheckpoint;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.ControlEvent;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.PersonKey;
import dev.parley.schemas.record.PolicyChange;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RecordedTool;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.ToolCatalog;
import dev.parley.schemas.record.ToolUse;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.WorkerStatus;
import dev.parley.schemas.vault.SealedText;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** One of every message, with every field set. */
final class Samples {

    private static final Instant AT = Instant.parse("2026-01-02T03:04:05.678901Z");
    private static final Caller CALLER =
            new Caller("user-1", "Ada", "ada@example.org", "user", "blue");
    private static final ReplyTo REPLY_TO = new ReplyTo("session-1", 42, 7);
    private static final TokenUsage USAGE = new TokenUsage(120, 45, 20, false);
    private static final SealedText SEALED = new SealedText("key-1", "bm9uY2UrY2lwaGVydGV4dA==");
    private static final JsonNode ARGUMENTS =
            Json.mapper().createObjectNode().put("message", "hello");
    private static final ServerFrame.LimitState LIMIT =
            new ServerFrame.LimitState(
                    "requests_per_minute", new BigDecimal(60), new BigDecimal(60), AT);
    private static final ServerFrame.LimitState TEAM_LINE =
            new ServerFrame.LimitState(
                    "cost_per_month",
                    new BigDecimal("12.5"),
                    new BigDecimal(500),
                    AT,
                    new BigDecimal("487.5"),
                    "team/blue");
    private static final PolicyRecord.Limits LIMITS =
            new PolicyRecord.Limits(
                    1L,
                    60L,
                    600L,
                    6000L,
                    10_000L,
                    100_000L,
                    1_000_000L,
                    new BigDecimal("5.25"),
                    new BigDecimal("50.5"),
                    4,
                    32_000,
                    4096,
                    10,
                    300);
    private static final Map<String, PolicyRecord.ToolRule> TOOLS =
            Map.of(
                    "everything",
                    new PolicyRecord.ToolRule("allow", List.of("echo"), List.of("get-env")));

    private static final Map<String, List<PolicyRecord.ToolRule>> TOOLS_BY_SERVER =
            Map.of("everything", List.copyOf(TOOLS.values()));
    private static final ToolUse TOOL_USE =
            new ToolUse("call-1", "everything", "get-env", ARGUMENTS);
    private static final RecordedTool RECORDED_TOOL =
            new RecordedTool("everything", "echo", ARGUMENTS, "ok", "hello");
    private static final ParkedAnswer PARKED =
            new ParkedAnswer(
                    List.of(
                            new ChatMessage("assistant", "", List.of(TOOL_USE), null),
                            new ChatMessage("tool", "hello", null, "call-0")),
                    "Let me look.",
                    3,
                    USAGE,
                    1,
                    1,
                    List.of("everything__echo"),
                    List.of(TOOL_USE),
                    AT,
                    AT);

    private Samples() {}

    /** A message and the class by which it is read. */
    record Sample(Class<?> readAs, Object value) {
        String fileName() {
            String folder =
                    value instanceof ClientFrame
                            ? "client/"
                            : value instanceof ServerFrame ? "server/" : "record/";
            String prefix =
                    value.getClass().getEnclosingClass() == null
                            ? ""
                            : value.getClass().getEnclosingClass().getSimpleName() + ".";
            if (value instanceof TurnRecord turn) {
                return folder + "TurnRecord." + turn.body().getClass().getSimpleName() + ".json";
            }
            return folder + prefix + value.getClass().getSimpleName() + ".json";
        }

        @Override
        public String toString() {
            return fileName();
        }
    }

    static Stream<Sample> all() {
        return Stream.of(clientFrames(), serverFrames(), requests(), results(), turns(), others())
                .flatMap(s -> s);
    }

    private static Stream<Sample> clientFrames() {
        return Stream.of(
                        new ClientFrame.Message("Hello", "c-1", "conversation-1", "demo", 256, 0.7),
                        new ClientFrame.Stop("message-1"),
                        new ClientFrame.Approve("call-1", true),
                        new ClientFrame.Regenerate("message-1"),
                        new ClientFrame.Edit("message-1", "Hello again"),
                        new ClientFrame.Auth("a.b.c"),
                        new ClientFrame.Ack("cursor-1"),
                        new ClientFrame.Ping())
                .map(f -> new Sample(ClientFrame.class, f));
    }

    private static Stream<Sample> serverFrames() {
        return Stream.of(
                        new ServerFrame.Welcome(
                                "Welcome",
                                "session-1",
                                "conversation-1",
                                new ServerFrame.User("user-1", "Ada", "user"),
                                new ServerFrame.Usage(List.of(LIMIT, TEAM_LINE), 1, 2),
                                List.of("demo"),
                                "cursor-1",
                                false,
                                25,
                                AT),
                        new ServerFrame.Accepted("c-1", "message-1", "conversation-1"),
                        new ServerFrame.Token("message-1", 0, "Héllo 👋"),
                        new ServerFrame.ToolCall(
                                "message-1", "call-1", "everything", "echo", ARGUMENTS),
                        new ServerFrame.ToolResult("message-1", "call-1", "ok", 12, "hello"),
                        new ServerFrame.Approval(
                                "message-1", "call-1", "everything", "echo", ARGUMENTS, AT),
                        new ServerFrame.Restart("message-1", 2, 0),
                        new ServerFrame.Done(
                                "message-1",
                                new ServerFrame.AnswerResult(
                                        "Hello",
                                        "stop",
                                        "demo",
                                        120,
                                        45,
                                        20,
                                        new BigDecimal("0.00123"),
                                        1,
                                        List.of("everything__echo"),
                                        2,
                                        1),
                                new ServerFrame.Usage(List.of(LIMIT), 0)),
                        new ServerFrame.Failure(
                                "message-1",
                                "c-1",
                                "Too many requests.",
                                ErrorCode.RATE_LIMITED,
                                true,
                                12L,
                                false,
                                LIMIT),
                        new ServerFrame.Blocked("You are blocked."),
                        new ServerFrame.Warning("You are third in the queue.", "message-1"),
                        new ServerFrame.AuthExpiring(AT),
                        new ServerFrame.Closing("drain", 2500),
                        new ServerFrame.Pong())
                .map(f -> new Sample(ServerFrame.class, f));
    }

    private static Stream<Sample> requests() {
        return Stream.of(
                        new RequestEvent.MessageSubmitted(
                                "message-1",
                                "c-1",
                                "conversation-1",
                                "conversation-1",
                                "Hello",
                                "demo",
                                256,
                                0.7,
                                List.of(new ChatMessage("system", "Be brief.")),
                                "ws",
                                CALLER,
                                REPLY_TO,
                                AT,
                                new RequestEvent.Rerun(
                                        "replay-1",
                                        "conversation-0",
                                        "message-0",
                                        List.of(RECORDED_TOOL),
                                        new PersonKey("user-2", "key-2", "d3JhcHBlZA==", AT))),
                        new RequestEvent.StopRequested("message-1", CALLER, REPLY_TO, AT),
                        new RequestEvent.ApprovalGiven("call-1", true, CALLER, REPLY_TO, AT),
                        new RequestEvent.RegenerateRequested(
                                "message-2", "message-1", "conversation-1", CALLER, REPLY_TO, AT),
                        new RequestEvent.EditRequested(
                                "message-2",
                                "message-1",
                                "Hello again",
                                "conversation-1",
                                CALLER,
                                REPLY_TO,
                                AT),
                        new RequestEvent.ErasureRequested(
                                "erasure-1", "user-2", CALLER, REPLY_TO, AT),
                        new RequestEvent.ImportRequested(
                                "import-1",
                                "conversation-1",
                                "user-2",
                                "A title",
                                "chatgpt",
                                List.of(
                                        new RequestEvent.ImportedMessage(
                                                "message-1",
                                                "message-0",
                                                "user",
                                                "Hello",
                                                "gpt-4",
                                                AT)),
                                CALLER,
                                REPLY_TO,
                                AT))
                .map(e -> new Sample(RequestEvent.class, e));
    }

    private static Stream<Sample> results() {
        return Stream.of(
                        new ResultEvent.AttemptStarted("message-1", "user-1", 1, "worker-1", AT),
                        new ResultEvent.ToolCallFinished(
                                "message-1",
                                "user-1",
                                1,
                                "call-1",
                                "everything",
                                "echo",
                                ARGUMENTS,
                                "ok",
                                12,
                                "hello",
                                AT),
                        new ResultEvent.AnswerCompleted(
                                "message-1",
                                "user-1",
                                1,
                                "Hello",
                                "stop",
                                "demo",
                                USAGE,
                                1,
                                List.of("everything__echo"),
                                2,
                                AT,
                                AT,
                                AT,
                                "worker-1"),
                        new ResultEvent.AnswerParked(
                                "message-1", "user-1", 1, PARKED, AT, "worker-1"),
                        new ResultEvent.GuardReported(
                                "message-1", "user-1", 1, "prompt", "block", "secrets", AT),
                        new ResultEvent.AnswerFailed(
                                "message-1",
                                "user-1",
                                1,
                                ErrorCode.UPSTREAM_TIMEOUT,
                                "The model was silent.",
                                5L,
                                "Hel",
                                "demo",
                                USAGE,
                                AT,
                                AT,
                                AT,
                                "worker-1"))
                .map(e -> new Sample(ResultEvent.class, e));
    }

    private static Stream<Sample> turns() {
        return Stream.of(
                        new TurnRecord.UserTurn(
                                "message-1",
                                "message-0",
                                "message-9",
                                "c-1",
                                SEALED,
                                "demo",
                                "ws",
                                AT),
                        new TurnRecord.AssistantTurn(
                                "message-1",
                                SEALED,
                                "stop",
                                "demo",
                                USAGE,
                                new BigDecimal("0.00123"),
                                1,
                                List.of("everything__echo"),
                                2,
                                1,
                                AT,
                                AT,
                                AT,
                                "worker-1"),
                        new TurnRecord.ToolCallTurn(
                                "message-1",
                                "call-1",
                                "everything",
                                "echo",
                                SEALED,
                                "ok",
                                12,
                                SEALED),
                        new TurnRecord.RefusalTurn(
                                "message-1",
                                "c-1",
                                ErrorCode.RATE_LIMITED,
                                "Too many requests.",
                                LIMIT,
                                12L,
                                SEALED,
                                "demo",
                                "ws",
                                AT),
                        new TurnRecord.FailureTurn(
                                "message-1",
                                ErrorCode.UPSTREAM_TIMEOUT,
                                "The model was silent.",
                                SEALED,
                                "demo",
                                USAGE,
                                1,
                                AT),
                        new TurnRecord.ChargeTurn(
                                "message-1", USAGE, new BigDecimal("0.00123"), 4216, AT),
                        new TurnRecord.ApprovalTurn(
                                "message-1",
                                "call-1",
                                "everything",
                                "get-env",
                                "approved",
                                "user-1",
                                AT),
                        new TurnRecord.ImportedTurn(
                                "message-1",
                                "message-0",
                                "user",
                                SEALED,
                                "gpt-4",
                                "chatgpt",
                                AT,
                                SEALED))
                .map(body ->
                        new Sample(
                                TurnRecord.class,
                                ConversationChain.link(
                                        new ConversationChain.Head(3, "ab".repeat(32)),
                                        "conversation-1",
                                        "user-1",
                                        "blue",
                                        "user",
                                        AT,
                                        body)));
    }

    private static Stream<Sample> others() {
        return Stream.of(
                new Sample(
                        Job.class,
                        new Job(
                                "job-1",
                                "message-1",
                                "conversation-1",
                                "user-1",
                                "user",
                                REPLY_TO,
                                "demo",
                                List.of(new ChatMessage("user", "Hello")),
                                256,
                                0.7,
                                AT,
                                AT,
                                TOOLS_BY_SERVER,
                                10,
                                2,
                                PARKED,
                                List.of(new ApprovalDecision("call-1", "approved")),
                                List.of(RECORDED_TOOL),
                                4096L,
                                1)),
                new Sample(
                        ControlEvent.class,
                        new ControlEvent.StopAnswer("message-1", "user-1", "client", AT)),
                new Sample(
                        ControlEvent.class,
                        new ControlEvent.JobReplaced("message-1", "user-1", 3, AT)),
                new Sample(
                        ControlEvent.class,
                        new ControlEvent.RunVoid("message-1", "user-1", "worker-1", 2, AT)),
                new Sample(
                        WorkerStatus.class,
                        new WorkerStatus(
                                "worker-1",
                                AT,
                                64,
                                3,
                                true,
                                List.of(
                                        new WorkerStatus.ProviderState(
                                                "main",
                                                "openai",
                                                List.of("gpt-x"),
                                                "resting",
                                                AT,
                                                120,
                                                4,
                                                "upstream_error",
                                                AT,
                                                AT,
                                                340L)))),
                new Sample(
                        Checkpoint.class,
                        new Checkpoint(
                                "message-1",
                                "conversation-1",
                                "user-1",
                                Checkpoint.USAGE_CHECK,
                                "chat-orchestrator",
                                "host-1",
                                AT,
                                35,
                                "ok",
                                Map.of("limit", "requests_per_minute"))),
                new Sample(PersonKey.class, new PersonKey("user-1", "key-1", "d3JhcHBlZA==", AT)),
                new Sample(
                        PolicyRecord.class,
                        new PolicyRecord.Role("user", LIMITS, true, List.of("*"), TOOLS, "Hello")),
                new Sample(
                        PolicyRecord.class,
                        new PolicyRecord.User(
                                "user-1", "user", "blue", LIMITS, List.of("demo"), TOOLS, "Hi")),
                new Sample(PolicyRecord.class, new PolicyRecord.Team("blue", LIMITS)),
                new Sample(
                        PolicyRecord.class,
                        new PolicyRecord.McpServer(
                                "everything",
                                "stdio",
                                List.of("npx", "server"),
                                "https://mcp.example.org/mcp",
                                "TICKETS_TOKEN",
                                true)),
                new Sample(
                        PolicyRecord.class,
                        new PolicyRecord.Model(
                                "gpt-*",
                                List.of(new PolicyRecord.Route("main", 1, 2)),
                                new PolicyRecord.Price(
                                        new BigDecimal("2.5"),
                                        new BigDecimal("10.5"),
                                        new BigDecimal("1.25")),
                                LIMITS)),
                new Sample(
                        PolicyRecord.class,
                        new PolicyRecord.Block("user-1", "abuse", "Ask your admin.", AT)),
                new Sample(PolicyRecord.class, new PolicyRecord.Welcome("Good day")),
                new Sample(
                        PolicyRecord.class,
                        new PolicyRecord.AcceptedTools(
                                "everything", Map.of("echo", "ab".repeat(32)))),
                new Sample(
                        PolicyChange.class,
                        new PolicyChange(
                                7,
                                "change-1",
                                "admin",
                                "update",
                                "role/user",
                                ARGUMENTS,
                                ARGUMENTS,
                                AT,
                                "ab".repeat(32),
                                "cd".repeat(32))),
                new Sample(
                        ChainCheckpoint.class,
                        new ChainCheckpoint(
                                new ChainCheckpoint.Statement(
                                        12, AT, 1, "ab".repeat(32), "cd".repeat(32)),
                                "0123456789abcdef",
                                "c2lnbmF0dXJl",
                                List.of(
                                        new ChainCheckpoint.Head(
                                                "conversation-1", 5, "ef".repeat(32), 3, 4711)))),
                new Sample(
                        ToolCatalog.class,
                        new ToolCatalog(
                                "everything",
                                List.of(
                                        new ToolCatalog.ToolDescriptor(
                                                "echo", "Echoes.", ARGUMENTS, "ab".repeat(32))),
                                "worker-1",
                                AT,
                                "The server did not answer.")));
    }
}
