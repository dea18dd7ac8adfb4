package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.Json;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.ResultEvent.ToolCallFinished;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.TokenEstimate;
import dev.parley.worker.tool.AnswerTools;
import dev.parley.worker.tool.AnswerTools.Permission;
import dev.parley.worker.tool.ToolOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * What lies between an answer's calls of the model: the calls of tools that it asked for, their
 * results, and what all of that has used of the answer's limits.
 *
 * <p>One thread runs the answer; {@link #cancel()} may come from any.
 */
final class ToolRounds {

    /** Calls of one round beyond it are answered with an error. */
    private static final int CALLS_MAX = 16;

    /** An answer is not gone on with when fewer tokens than this are left for it. */
    private static final int TOKENS_MIN = 1;

    private final AnswerContext context;
    private final JobDelivery delivery;
    private final Job job;
    private final AnswerWriter writer;
    private final AnswerTools tools;
    private final FlowRecorder.Of message;

    private final List<ChatMessage> transcript = new ArrayList<>();
    private final List<ToolUse> pending = new ArrayList<>();
    private final Set<String> used = new LinkedHashSet<>();
    private final Map<String, CompletableFuture<ToolOutcome>> running = new ConcurrentHashMap<>();
    private final Queue<CompletableFuture<?>> published = new ConcurrentLinkedQueue<>();
    private volatile boolean cancelled;

    private TokenUsage spent = TokenUsage.NONE;
    private int iterations;
    private int calls;
    private int roundStart;

    ToolRounds(AnswerContext context, JobDelivery delivery, AnswerWriter writer) {
        this.context = context;
        this.delivery = delivery;
        this.job = delivery.job();
        this.writer = writer;
        this.tools = context.toolbox().open(job);
        this.message = new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId());
        ParkedAnswer parked = job.parked();
        if (parked != null) {
            transcript.addAll(parked.transcript());
            spent = parked.usage();
            iterations = parked.iterations();
            calls = parked.toolCalls();
            used.addAll(parked.toolsUsed());
            roundStart = parked.answer().length();
        }
    }

    /** The job's messages, and what came after them. */
    List<ChatMessage> messages() {
        if (transcript.isEmpty()) {
            return job.messages();
        }
        List<ChatMessage> all = new ArrayList<>(job.messages());
        all.addAll(transcript);
        return all;
    }

    List<ModelTool> specs() {
        return tools.specs();
    }

    /** Whether the model must now come to an end without tools. */
    boolean barred() {
        Integer max = job.toolRounds();
        int most =
                max == null
                        ? context.limits().toolRoundsMax()
                        : Math.min(max, context.limits().toolRoundsMax());
        return iterations >= most;
    }

    /** The longest that the model may answer now; null: as long as it likes. */
    @Nullable Integer maxTokens() {
        Integer max = job.maxTokens();
        return max == null ? null : Math.toIntExact(Math.max(0, max - spent.output()));
    }

    /**
     * Whether another call of the model stays within what was reserved: of output the longest
     * answer, over all rounds, of input what the orchestrator holds.
     */
    boolean fits() {
        Integer output = maxTokens();
        if (iterations == 0) {
            return true;
        }
        Long input = job.inputHeld();
        return (output == null || output >= TOKENS_MIN)
                && (input == null || spent.input() + TokenEstimate.ofInput(messages()) <= input);
    }

    /** The model was called, and this is what that took. */
    void spent(TokenUsage usage) {
        spent = plus(spent, usage);
        iterations++;
    }

    TokenUsage spent() {
        return spent;
    }

    int iterations() {
        return iterations;
    }

    int calls() {
        return calls;
    }

    List<String> used() {
        return List.copyOf(used);
    }

    /** Ends the calls that run, and whatever would follow. */
    void cancel() {
        cancelled = true;
        running.values().forEach(call -> call.cancel(true));
    }

    /** Whether a result of a tool did not reach the log; asked when a later record has. */
    boolean isUnrecorded() {
        return published.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
    }

    /** Makes the calls, those that need an approval excepted; false when there are such. */
    boolean run(List<StreamEvent.ToolCall> asked) throws InterruptedException {
        List<ToolUse> uses = new ArrayList<>();
        for (StreamEvent.ToolCall call : asked) {
            uses.add(use(call, uses.size()));
        }
        writer.settle();
        transcript.add(
                new ChatMessage("assistant", writer.text().substring(roundStart), uses, null));
        roundStart = writer.length();
        Map<ToolUse, @Nullable ToolOutcome> outcomes = new LinkedHashMap<>();
        for (ToolUse use : uses) {
            announce(use);
            ToolOutcome refused = refusal(use, outcomes.size());
            if (refused == null && tools.permission(use.server(), use.tool()) == Permission.ASK) {
                pending.add(use);
            } else {
                outcomes.put(use, refused);
            }
        }
        make(outcomes);
        return pending.isEmpty();
    }

    /** Makes the calls of a parked answer that were approved, and tells the model of the others. */
    void decided() throws InterruptedException {
        ParkedAnswer parked = job.parked();
        if (parked == null) {
            return;
        }
        Map<ToolUse, @Nullable ToolOutcome> outcomes = new LinkedHashMap<>();
        for (ToolUse use : parked.pending()) {
            String decision =
                    job.decisions().stream()
                            .filter(d -> d.callId().equals(use.callId()))
                            .map(ApprovalDecision::decision)
                            .findFirst()
                            .orElse("");
            outcomes.put(use, outcomeOf(decision));
        }
        make(outcomes);
    }

    /** All that another worker needs to go on. */
    ParkedAnswer parked(Instant startedAt, @Nullable Instant firstTokenAt) {
        return new ParkedAnswer(
                transcript,
                writer.text(),
                Math.toIntExact(writer.seq()),
                spent,
                iterations,
                calls,
                used(),
                pending,
                startedAt,
                firstTokenAt);
    }

    /** Null for an approval; anything but that word is none. */
    private static @Nullable ToolOutcome outcomeOf(String decision) {
        return switch (decision) {
            case "approved" -> null;
            case "expired" ->
                    new ToolOutcome(
                            ToolOutcome.DENIED,
                            "Nobody approved this call in time. Go on without it.");
            default ->
                    new ToolOutcome(
                            ToolOutcome.DENIED, "The user denied this call. Go on without it.");
        };
    }

    private ToolUse use(StreamEvent.ToolCall call, int number) {
        AnswerTools.Target target = tools.target(call.name());
        String callId =
                MessageIds.derive(
                        "call",
                        job.messageId(),
                        Integer.toString(delivery.attempt()),
                        Integer.toString(iterations),
                        Integer.toString(number));
        return new ToolUse(callId, target.server(), target.tool(), arguments(call.arguments()));
    }

    /** The object that the model wrote; what is none stays as the text that it is. */
    private static JsonNode arguments(String text) {
        if (text.isBlank()) {
            return Json.mapper().createObjectNode();
        }
        try {
            JsonNode node = Json.tree(text.getBytes(StandardCharsets.UTF_8));
            return node.isObject() ? node : StringNode.valueOf(text);
        } catch (UnreadableRecordException e) {
            return StringNode.valueOf(text);
        }
    }

    /** Why a call is not even considered; null when it is. */
    private @Nullable ToolOutcome refusal(ToolUse use, int before) {
        if (tools.permission(use.server(), use.tool()) == Permission.DENY) {
            return ToolOutcome.denied();
        }
        if (!use.arguments().isObject()) {
            return ToolOutcome.error("The arguments are not a JSON object.");
        }
        return before + pending.size() < CALLS_MAX
                ? null
                : ToolOutcome.error("At most " + CALLS_MAX + " calls are made at once.");
    }

    private void announce(ToolUse use) {
        writer.tool(
                "tool_call",
                new ServerFrame.ToolCall(
                        job.messageId(), use.callId(), use.server(), use.tool(), use.arguments()));
    }

    /**
     * All at once; each is reported as it ends, and the model is told in the order of its asking.
     */
    private void make(Map<ToolUse, @Nullable ToolOutcome> outcomes) throws InterruptedException {
        Map<ToolUse, CompletableFuture<ToolOutcome>> ends = new LinkedHashMap<>();
        outcomes.forEach((use, known) -> ends.put(use, made(use, known)));
        for (Map.Entry<ToolUse, CompletableFuture<ToolOutcome>> end : ends.entrySet()) {
            ToolOutcome outcome = await(end.getValue());
            if (outcome != null) {
                transcript.add(
                        new ChatMessage("tool", outcome.text(), null, end.getKey().callId()));
            }
        }
    }

    private CompletableFuture<ToolOutcome> made(ToolUse use, @Nullable ToolOutcome known) {
        Instant startedAt = context.clock().instant();
        long startedNanos = System.nanoTime();
        if (known != null) {
            report(use, known, startedAt, Duration.ZERO);
            return CompletableFuture.completedFuture(known);
        }
        calls++;
        used.add(use.server() + "__" + use.tool());
        Duration left = Duration.between(startedAt, job.deadline());
        Duration most = context.limits().toolTimeout();
        CompletableFuture<ToolOutcome> call =
                tools.call(use, left.compareTo(most) < 0 ? left : most);
        running.put(use.callId(), call);
        if (cancelled) {
            call.cancel(true);
        }
        return call.whenComplete((outcome, withdrawn) -> {
            running.remove(use.callId());
            if (outcome != null && !cancelled) {
                report(use, outcome, startedAt, Duration.ofNanos(System.nanoTime() - startedNanos));
            }
        });
    }

    private static @Nullable ToolOutcome await(CompletableFuture<ToolOutcome> call)
            throws InterruptedException {
        try {
            return call.get();
        } catch (CancellationException e) {
            return null;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CancellationException) {
                return null;
            }
            throw new IllegalStateException("a tool call ended with a failure of ours", e);
        }
    }

    private void report(ToolUse use, ToolOutcome outcome, Instant startedAt, Duration took) {
        long ms = took.toMillis();
        writer.tool(
                "tool_result",
                new ServerFrame.ToolResult(
                        job.messageId(), use.callId(), outcome.status(), ms, outcome.text()));
        published.add(
                context.results()
                        .publish(
                                new ToolCallFinished(
                                        job.messageId(),
                                        job.userId(),
                                        delivery.attempt(),
                                        use.callId(),
                                        use.server(),
                                        use.tool(),
                                        use.arguments(),
                                        outcome.status(),
                                        ms,
                                        outcome.text(),
                                        context.clock().instant()),
                                delivery.traceparent()));
        context.flow()
                .record(
                        message,
                        Checkpoint.TOOL_CALL,
                        startedAt,
                        took,
                        switch (outcome.status()) {
                            case ToolOutcome.OK -> "ok";
                            case ToolOutcome.DENIED -> "refused";
                            default -> "error";
                        },
                        Map.of(
                                "call_id",
                                use.callId(),
                                "server",
                                use.server(),
                                "tool",
                                use.tool(),
                                "status",
                                outcome.status()));
        context.meters()
                .timer(
                        "parley.worker.tool.calls",
                        "server",
                        server(use),
                        "status",
                        outcome.status())
                .record(took);
    }

    /** A name that the model made up is no label. */
    private String server(ToolUse use) {
        return job.tools().containsKey(use.server()) ? use.server() : "unknown";
    }

    private static TokenUsage plus(TokenUsage a, TokenUsage b) {
        return new TokenUsage(
                a.input() + b.input(),
                a.output() + b.output(),
                a.cached() + b.cached(),
                a.estimated() || b.estimated());
    }
}
