package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.ResultEvent.ToolCallFinished;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.tool.AnswerTools;
import dev.parley.worker.tool.ToolOutcome;
import java.time.Duration;
import java.time.Instant;
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

/**
 * The calls of tools of one answer: made, timed, and told to the client, the log and the flow.
 *
 * <p>One thread makes them; {@link #cancel()} may come from any.
 */
final class ToolCalls {

    private final AnswerContext context;
    private final JobDelivery delivery;
    private final Job job;
    private final AnswerWriter writer;
    private final AnswerTools tools;
    private final FlowRecorder.Of message;

    private final Set<String> used = new LinkedHashSet<>();
    private final Map<String, CompletableFuture<ToolOutcome>> running = new ConcurrentHashMap<>();
    private final Queue<CompletableFuture<?>> published = new ConcurrentLinkedQueue<>();
    private volatile boolean cancelled;
    private int count;

    ToolCalls(AnswerContext context, JobDelivery delivery, AnswerWriter writer, AnswerTools tools) {
        this.context = context;
        this.delivery = delivery;
        this.job = delivery.job();
        this.writer = writer;
        this.tools = tools;
        this.message = new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId());
        ParkedAnswer parked = job.parked();
        if (parked != null) {
            count = parked.toolCalls();
            used.addAll(parked.toolsUsed());
        }
    }

    int count() {
        return count;
    }

    List<String> used() {
        return List.copyOf(used);
    }

    /** Ends the calls that run, and whatever would follow. */
    void cancel() {
        cancelled = true;
        running.values().forEach(call -> call.cancel(true));
    }

    /** Whether a result did not reach the log; asked when a later record has. */
    boolean isUnrecorded() {
        return published.stream().anyMatch(CompletableFuture::isCompletedExceptionally);
    }

    void announce(ToolUse use) {
        writer.tool(
                "tool_call",
                new ServerFrame.ToolCall(
                        job.messageId(), use.callId(), use.server(), use.tool(), use.arguments()));
    }

    /**
     * All at once; each is reported as it ends.
     *
     * @param outcomes of each call what is known already; null: it is made
     * @return the ends in the order of the asking; a call that was withdrawn has none
     */
    Map<ToolUse, ToolOutcome> make(Map<ToolUse, @Nullable ToolOutcome> outcomes)
            throws InterruptedException {
        Map<ToolUse, CompletableFuture<ToolOutcome>> calls = new LinkedHashMap<>();
        outcomes.forEach((use, known) -> calls.put(use, made(use, known)));
        Map<ToolUse, ToolOutcome> ends = new LinkedHashMap<>();
        for (Map.Entry<ToolUse, CompletableFuture<ToolOutcome>> call : calls.entrySet()) {
            ToolOutcome outcome = await(call.getValue());
            if (outcome != null) {
                ends.put(call.getKey(), outcome);
            }
        }
        return ends;
    }

    private CompletableFuture<ToolOutcome> made(ToolUse use, @Nullable ToolOutcome known) {
        Instant startedAt = context.clock().instant();
        long startedNanos = System.nanoTime();
        if (known != null) {
            report(use, known, startedAt, Duration.ZERO);
            return CompletableFuture.completedFuture(known);
        }
        count++;
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
}
