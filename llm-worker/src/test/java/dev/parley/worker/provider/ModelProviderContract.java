package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.TokenUsage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every provider does, whatever stands behind it. */
@Timeout(20)
public abstract class ModelProviderContract {

    /** Silence ends as a time-out after this, in every provider under test. */
    protected static final Duration SILENCE = Duration.ofSeconds(1);

    /** What every provider of an HTTP service is given here. */
    protected static final Patience PATIENCE =
            new Patience(Duration.ofSeconds(2), SILENCE, SILENCE, Duration.ofMinutes(1), 65_536);

    /** The common pool may have a single thread, which a reader would hold. */
    static final Executor VIRTUAL = Thread::startVirtualThread;

    /** How the service behind the provider is to behave. */
    protected enum Situation {
        /** Several pieces of text, usage, and a finish. */
        ANSWERS,
        /** Goes on as long as it may. */
        ENDLESS,
        /** Two pieces of text, and silence. */
        SILENT_IN_THE_MIDDLE,
        /** Nothing at all. */
        SILENT,
        /** Some text, then the stream ends without a finish. */
        CUT,
        /** An error before any text. */
        FAILS,
        /** Come back in seven seconds. */
        BUSY,
        /** The provider's filter refuses. */
        FILTERED,
        /** Asks for the offered tool twice, once with {@code {"message":"hi"}}. */
        CALLS_TOOLS
    }

    /** The tool that is offered to every call of {@link Situation#CALLS_TOOLS}. */
    protected static final ModelTool ECHO =
            new ModelTool(
                    "everything__echo",
                    "Says it again",
                    Json.tree(
                            "{\"type\":\"object\",\"properties\":{\"message\":{\"type\":\"string\"}}}"
                                    .getBytes(StandardCharsets.UTF_8)));

    /** A stream of a provider whose service is in this situation. */
    protected abstract ModelStream stream(Situation situation, Integer maxTokens, Instant deadline);

    /** What was read before the end, and the end. */
    record Outcome(
            String text,
            int texts,
            TokenUsage usage,
            StreamEvent.FinishReason reason,
            ProviderException failure,
            List<StreamEvent.ToolCall> calls) {}

    static Outcome readAll(ModelStream stream) {
        StringBuilder text = new StringBuilder();
        int texts = 0;
        TokenUsage usage = null;
        List<StreamEvent.ToolCall> calls = new ArrayList<>();
        while (true) {
            try {
                switch (stream.next()) {
                    case StreamEvent.Text(String piece) -> {
                        assertThat(piece).isNotEmpty();
                        text.append(piece);
                        texts++;
                    }
                    case StreamEvent.ToolCall call -> calls.add(call);
                    case StreamEvent.Usage(TokenUsage reported) -> usage = reported;
                    case StreamEvent.Finished(StreamEvent.FinishReason reason) -> {
                        return new Outcome(text.toString(), texts, usage, reason, null, calls);
                    }
                }
            } catch (ProviderException e) {
                return new Outcome(text.toString(), texts, usage, null, e, calls);
            }
        }
    }

    static ModelRequest request(String model, String text, Integer maxTokens, Instant deadline) {
        return new ModelRequest(
                model,
                List.of(new ChatMessage("user", text)),
                maxTokens,
                null,
                deadline,
                List.of(ECHO),
                "");
    }

    @Test
    void callsOfToolsComeWholeAndBeforeTheirFinish() {
        Outcome outcome = outcome(Situation.CALLS_TOOLS);

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.reason()).isEqualTo(StreamEvent.FinishReason.TOOL_CALLS);
        assertThat(outcome.calls()).hasSize(2);
        assertThat(outcome.calls())
                .extracting(StreamEvent.ToolCall::name)
                .containsOnly("everything__echo");
        assertThat(outcome.calls().getFirst().callId())
                .isNotEqualTo(outcome.calls().getLast().callId());
        assertThat(
                        Json.tree(
                                        outcome.calls()
                                                .getFirst()
                                                .arguments()
                                                .getBytes(StandardCharsets.UTF_8))
                                .get("message")
                                .asString())
                .isEqualTo("hi");
    }

    private Outcome outcome(Situation situation) {
        try (ModelStream stream = stream(situation, null, Instant.now().plusSeconds(60))) {
            return readAll(stream);
        }
    }

    @Test
    void anAnswerIsTextAndUsageAndAFinish() {
        Outcome outcome = outcome(Situation.ANSWERS);

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.reason()).isEqualTo(StreamEvent.FinishReason.STOP);
        assertThat(outcome.texts()).isGreaterThan(1);
        assertThat(outcome.usage().output()).isPositive();
        assertThat(outcome.usage().input()).isPositive();
        assertThat(outcome.usage().estimated()).isFalse();
    }

    @Test
    void theLongestAnswerAskedForEndsByLength() {
        try (ModelStream stream = stream(Situation.ENDLESS, 20, Instant.now().plusSeconds(60))) {
            Outcome outcome = readAll(stream);

            assertThat(outcome.failure()).isNull();
            assertThat(outcome.reason()).isEqualTo(StreamEvent.FinishReason.LENGTH);
            assertThat(outcome.texts()).isLessThanOrEqualTo(20);
        }
    }

    @Test
    void theDeadlineEndsWhatDoesNotEnd() {
        try (ModelStream stream = stream(Situation.ENDLESS, null, Instant.now().plusMillis(300))) {
            Outcome outcome = readAll(stream);

            assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_TIMEOUT);
            assertThat(outcome.text()).isNotEmpty();
        }
    }

    @Test
    void silenceInTheMiddleIsATimeOutAfterTheText() {
        Outcome outcome = outcome(Situation.SILENT_IN_THE_MIDDLE);

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_TIMEOUT);
        assertThat(outcome.text()).isNotEmpty();
    }

    @Test
    void silenceFromTheBeginningIsATimeOut() {
        Outcome outcome = outcome(Situation.SILENT);

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_TIMEOUT);
        assertThat(outcome.text()).isEmpty();
    }

    @Test
    void aCutStreamIsIncompleteAndItsTextStands() {
        Outcome outcome = outcome(Situation.CUT);

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_INCOMPLETE);
        assertThat(outcome.text()).isNotEmpty();
    }

    @Test
    void aFailureSaysSo() {
        Outcome outcome = outcome(Situation.FAILS);

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
        assertThat(outcome.text()).isEmpty();
        assertThat(outcome.failure().publicText()).isNotBlank();
    }

    @Test
    void aBusyProviderSaysWhenToComeBack() {
        Outcome outcome = outcome(Situation.BUSY);

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
        assertThat(outcome.failure().retryAfter()).isEqualTo(Duration.ofSeconds(7));
        assertThat(outcome.failure().worthRetrying()).isTrue();
    }

    @Test
    void theProvidersFilterIsAnErrorThatARetryDoesNotHelp() {
        Outcome outcome = outcome(Situation.FILTERED);

        assertThat(outcome.failure().code()).isEqualTo(ErrorCode.UPSTREAM_ERROR);
        assertThat(outcome.failure().publicText()).contains("filter");
        assertThat(outcome.failure().worthRetrying()).isFalse();
    }

    @Test
    void closingEndsAWaitAtOnce() throws Exception {
        for (Situation waits : List.of(Situation.SILENT, Situation.SILENT_IN_THE_MIDDLE)) {
            ModelStream stream = stream(waits, null, Instant.now().plusSeconds(60));
            List<Outcome> outcome = new ArrayList<>();
            CompletableFuture<Void> reading =
                    CompletableFuture.runAsync(() -> outcome.add(readAll(stream)), VIRTUAL);
            CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS).execute(stream::close);

            reading.get(10, TimeUnit.SECONDS);

            // A silence that was waited for is a time-out.
            assertThat(outcome.getFirst().failure().code())
                    .as(waits.name())
                    .isEqualTo(ErrorCode.UPSTREAM_INCOMPLETE);
        }
    }

    @Test
    void aStreamThatWasClosedBeforehandNeverStarts() {
        ModelStream stream = stream(Situation.ANSWERS, null, Instant.now().plusSeconds(60));
        stream.close();
        stream.close();

        ProviderException failure = catchThrowableOfType(ProviderException.class, stream::next);

        assertThat(failure).isNotNull();
    }
}
