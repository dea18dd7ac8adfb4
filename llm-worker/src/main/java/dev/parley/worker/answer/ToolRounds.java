package dev.parley.worker.answer;

import dev.parley.schemas.Json;
import dev.parley.schemas.MessageIds;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.record.ApprovalDecision;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ParkedAnswer;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.StreamEvent;
import dev.parley.worker.provider.TokenEstimate;
import dev.parley.worker.tool.AnswerTools;
import dev.parley.worker.tool.AnswerTools.Permission;
import dev.parley.worker.tool.ToolOutcome;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * What lies between an answer's calls of the model: which of the {@link ToolCalls} that it asked
 * for are made, what it is told of them, and what all of that has used of the answer's limits.
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
    private final ToolCalls calls;

    private final List<ChatMessage> transcript = new ArrayList<>();
    private final List<ToolUse> pending = new ArrayList<>();

    private TokenUsage spent = TokenUsage.NONE;
    private int iterations;
    private int roundStart;

    ToolRounds(AnswerContext context, JobDelivery delivery, AnswerWriter writer) {
        this.context = context;
        this.delivery = delivery;
        this.job = delivery.job();
        this.writer = writer;
        this.tools = context.toolbox().open(job);
        this.calls = new ToolCalls(context, delivery, writer, tools);
        ParkedAnswer parked = job.parked();
        if (parked != null) {
            transcript.addAll(parked.transcript());
            spent = parked.usage();
            iterations = parked.iterations();
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
        return calls.count();
    }

    List<String> used() {
        return calls.used();
    }

    /** Ends the calls that run, and whatever would follow. */
    void cancel() {
        calls.cancel();
    }

    /** Whether a result of a tool did not reach the log; asked when a later record has. */
    boolean isUnrecorded() {
        return calls.isUnrecorded();
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
            calls.announce(use);
            ToolOutcome refused = refusal(use, outcomes.size());
            if (refused == null && tools.permission(use.server(), use.tool()) == Permission.ASK) {
                pending.add(use);
            } else {
                outcomes.put(use, refused);
            }
        }
        tell(calls.make(outcomes));
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
        tell(calls.make(outcomes));
    }

    /** The model is told in the order of its asking. */
    private void tell(Map<ToolUse, ToolOutcome> ends) {
        ends.forEach((use, outcome) ->
                transcript.add(new ChatMessage("tool", outcome.text(), null, use.callId())));
    }

    /** All that another worker needs to go on. */
    ParkedAnswer parked(Instant startedAt, @Nullable Instant firstTokenAt) {
        return new ParkedAnswer(
                transcript,
                writer.text(),
                Math.toIntExact(writer.seq()),
                spent,
                iterations,
                calls(),
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

    private static TokenUsage plus(TokenUsage a, TokenUsage b) {
        return new TokenUsage(
                a.input() + b.input(),
                a.output() + b.output(),
                a.cached() + b.cached(),
                a.estimated() || b.estimated());
    }
}
