package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.ChunkTimes;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.TokenUsage;
import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.TokenEstimate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt's calls of the model: when each began, what came of it first, and what it used. One
 * thread.
 */
final class Progress {

    private static final String OK = "ok";
    private static final String FAILED = "error";

    private final AnswerContext context;
    private final AnswerWriter writer;
    private final ToolRounds rounds;
    private final FlowRecorder.Of message;

    private String model;
    private @Nullable TokenUsage reportedUsage;
    private @Nullable Instant firstTokenAt;
    private long calledNanos;
    private Instant calledAt;
    private boolean thought;
    private int roundStart;
    private String kept = "";

    Progress(AnswerContext context, JobDelivery delivery, AnswerWriter writer, ToolRounds rounds) {
        this.context = context;
        this.writer = writer;
        this.rounds = rounds;
        Job job = delivery.job();
        this.message = new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId());
        this.firstTokenAt = job.parked() == null ? null : job.parked().firstTokenAt();
        this.calledAt = delivery.receivedAt();
        this.model = job.model() == null ? "" : job.model();
    }

    String model() {
        return model;
    }

    /** The model that answers, by the name that was asked for. */
    void model(String name) {
        model = name;
    }

    @Nullable Instant firstTokenAt() {
        return firstTokenAt;
    }

    /** What an earlier attempt has shown, and this one goes on from. */
    String kept() {
        return rounds.iterations() == 0 ? kept : "";
    }

    void keep(String shown) {
        kept = shown;
    }

    /** The model is called. */
    void begin() {
        calledAt = context.clock().instant();
        calledNanos = System.nanoTime();
        thought = false;
        reportedUsage = null;
        roundStart = writer.length();
    }

    void reported(TokenUsage usage) {
        reportedUsage = usage;
    }

    /** Something came of the call, be it text or a call of a tool. */
    void thought() {
        if (!thought) {
            thought = true;
            checkpoint(Checkpoint.LLM_THINKING, calledAt, since(), OK, Map.of("model", model));
        }
    }

    boolean hasThought() {
        return thought;
    }

    /** Text came of the call. */
    void text(ModelProvider provider) {
        if (firstTokenAt == null) {
            firstTokenAt = context.clock().instant();
            context.meters()
                    .timer("parley.worker.first.token", "provider", provider.name())
                    .record(since());
            checkpoint(
                    Checkpoint.FIRST_TOKEN,
                    firstTokenAt,
                    Duration.ZERO,
                    OK,
                    Map.of("provider", provider.name()));
        }
    }

    /** A call of the model is over, and what it used is summed. */
    void finished(String finishReason) {
        Map<String, String> detail = Map.of("finish_reason", finishReason, "model", model);
        if (isCalling()) {
            TokenUsage usage = usage();
            llmComplete(OK, detail, usage);
            rounds.spent(usage);
            calledNanos = 0;
        } else if (rounds.iterations() == 0) {
            // Stopped before the model was called.
            llmComplete(OK, detail, TokenUsage.NONE);
        }
    }

    /** The answer failed, perhaps in the middle of a call. */
    void failed(String code) {
        if (isCalling() && !thought) {
            checkpoint(Checkpoint.LLM_THINKING, calledAt, since(), FAILED, Map.of("model", model));
        }
        TokenUsage usage = isCalling() ? usage() : TokenUsage.NONE;
        llmComplete(FAILED, Map.of("code", code, "model", model), usage);
        if (isCalling()) {
            rounds.spent(usage);
            calledNanos = 0;
        }
    }

    private boolean isCalling() {
        return calledNanos != 0;
    }

    private Duration since() {
        return Duration.ofNanos(System.nanoTime() - calledNanos);
    }

    private TokenUsage usage() {
        TokenUsage reported = reportedUsage;
        TokenUsage usage =
                reported == null
                        ? context.window()
                                .usage(
                                        model,
                                        rounds.messages(),
                                        writer.text().substring(roundStart))
                        : reported;
        // The provider counts what it went on from as input; it was an answer's text all the same.
        return kept().isEmpty()
                ? usage
                : new TokenUsage(
                        usage.input(),
                        usage.output() + TokenEstimate.of(kept),
                        usage.cached(),
                        true);
    }

    private void llmComplete(String status, Map<String, String> detail, TokenUsage usage) {
        Map<String, String> withTimes = new HashMap<>(detail);
        String chunks = isCalling() ? writer.takeChunkTimes(calledNanos) : "";
        if (!chunks.isEmpty()) {
            withTimes.put(ChunkTimes.DETAIL, chunks);
        }
        checkpoint(
                Checkpoint.LLM_COMPLETE,
                calledAt,
                isCalling() ? since() : Duration.ZERO,
                status,
                withTimes);
        context.meters().counter("parley.worker.tokens", "kind", "input").increment(usage.input());
        context.meters()
                .counter("parley.worker.tokens", "kind", "output")
                .increment(usage.output());
    }

    private void checkpoint(
            String name, Instant at, Duration took, String status, Map<String, String> detail) {
        context.flow().record(message, name, at, took, status, detail);
    }
}
