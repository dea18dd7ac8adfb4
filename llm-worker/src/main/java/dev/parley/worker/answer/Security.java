package dev.parley.worker.answer;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent.GuardReported;
import dev.parley.worker.guard.AnswerScreen;
import dev.parley.worker.guard.Guard.Outcome;
import dev.parley.worker.guard.Guard.Stage;
import dev.parley.worker.guard.Guard.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The guard's part of one attempt: what it says is recorded, reported and told. One thread. */
final class Security {

    private final AnswerContext context;
    private final JobDelivery delivery;
    private final Job job;
    private final AnswerWriter writer;
    private final AnswerScreen screen;
    private boolean warned;
    private long answerNanos;

    Security(AnswerContext context, JobDelivery delivery, AnswerWriter writer) {
        this.context = context;
        this.delivery = delivery;
        this.job = delivery.job();
        this.writer = writer;
        this.screen = context.guards().screen(job.deadline());
    }

    /** The verdict on what the user asks; recorded, and told where it is a warning. */
    Verdict prompt() {
        if (!context.guards().check(Stage.PROMPT)) {
            return Verdict.ALLOWED;
        }
        Instant startedAt = context.clock().instant();
        long startedNanos = System.nanoTime();
        Verdict verdict =
                context.guards().verdict(Stage.PROMPT, asked(job.messages()), job.deadline());
        note(Stage.PROMPT, verdict, startedAt, Duration.ofNanos(System.nanoTime() - startedNanos));
        return verdict;
    }

    /** Takes a piece of the answer and shows what may be; false when it is blocked. */
    boolean shows(String piece) {
        long startedNanos = System.nanoTime();
        String shown = screen.pass(piece);
        answerNanos += System.nanoTime() - startedNanos;
        return show(shown);
    }

    /** Shows what was held back, since nothing follows it; false when it is blocked. */
    boolean showsRest() {
        long startedNanos = System.nanoTime();
        String shown = screen.rest();
        answerNanos += System.nanoTime() - startedNanos;
        return show(shown);
    }

    /** The verdict on the answer so far. */
    Verdict answer() {
        return screen.verdict();
    }

    /** Records what was said of the answer; once, at its end. */
    void end() {
        if (context.guards().check(Stage.ANSWER)) {
            note(
                    Stage.ANSWER,
                    screen.verdict(),
                    context.clock().instant(),
                    Duration.ofNanos(answerNanos));
        }
    }

    private boolean show(String text) {
        if (!text.isEmpty()) {
            writer.append(text);
        }
        return screen.verdict().outcome() != Outcome.BLOCK;
    }

    private void note(Stage stage, Verdict verdict, Instant startedAt, Duration took) {
        Map<String, String> detail = new HashMap<>();
        detail.put("stage", name(stage));
        detail.put("verdict", name(verdict.outcome()));
        if (verdict.outcome() != Outcome.ALLOW) {
            detail.put("rule", verdict.rule());
            context.results()
                    .publish(
                            new GuardReported(
                                    job.messageId(),
                                    job.userId(),
                                    delivery.attempt(),
                                    name(stage),
                                    name(verdict.outcome()),
                                    verdict.rule(),
                                    context.clock().instant()),
                            delivery.traceparent());
        }
        context.flow()
                .record(
                        new FlowRecorder.Of(job.messageId(), job.conversationId(), job.userId()),
                        Checkpoint.SECURITY_CHECK,
                        startedAt,
                        took,
                        verdict.outcome() == Outcome.BLOCK ? "refused" : "ok",
                        detail);
        context.meters()
                .counter(
                        "parley.guard.verdicts",
                        "stage",
                        name(stage),
                        "verdict",
                        name(verdict.outcome()))
                .increment();
        if (verdict.outcome() == Outcome.WARN && !warned) {
            warned = true;
            writer.tool("warning", new ServerFrame.Warning(verdict.message(), job.messageId()));
        }
    }

    private static String asked(List<ChatMessage> messages) {
        return messages.isEmpty() ? "" : messages.getLast().content();
    }

    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
