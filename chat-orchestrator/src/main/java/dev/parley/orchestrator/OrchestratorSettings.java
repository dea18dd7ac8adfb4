package dev.parley.orchestrator;

import dev.parley.orchestrator.core.DeciderSettings;
import dev.parley.orchestrator.stream.Redaction;
import dev.parley.orchestrator.stream.StreamsOptions;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.convert.DurationUnit;
import org.springframework.validation.annotation.Validated;

/**
 * The orchestrator's settings, under {@code parley.orchestrator}.
 *
 * @param policyFile YAML policy ({@code PARLEY_POLICY_FILE}): with a database the first policy of
 *     an empty one, without a database what is published at the start; empty (default): the
 *     built-in one
 * @param masterKey base64 of 32 bytes that wrap the persons' data keys ({@code PARLEY_MASTER_KEY});
 *     needed, and the same for orchestrator and audit
 * @param stateDir where state is kept between starts (default {@code data/orchestrator}); of one
 *     instance alone
 * @param advertised host:port under which other instances reach this one for {@code /api/me}; empty
 *     (default): localhost and the port it listens on
 * @param budgetZone where days and months of cost begin (default UTC)
 * @param defaultModel name that rights and prices go by when a message names none ({@code
 *     PARLEY_MODEL}, default demo)
 * @param clockTolerance how far a record's time may be from this instance's before the instance's
 *     counts (default 5 s)
 * @param answer how long and how large answers may be
 * @param context what of a conversation the model is given
 * @param retention how much of a conversation stays in the state
 * @param tools approvals of tool calls, and what is reserved for tools
 * @param queue how messages wait for an answer to end, where the role lets them
 * @param streams how Kafka Streams runs
 * @param redaction what the record is not to hold
 * @param database where the administered policy is kept; without one the policy is a file
 */
@Validated
@ConfigurationProperties("parley.orchestrator")
record OrchestratorSettings(
        @Nullable String policyFile,
        @Nullable String masterKey,
        @DefaultValue("data/orchestrator") Path stateDir,
        @Nullable String advertised,
        @DefaultValue("UTC") ZoneId budgetZone,
        @DefaultValue("demo") String defaultModel,
        @DefaultValue("5s") Duration clockTolerance,
        @DefaultValue @Valid Answer answer,
        @DefaultValue @Valid Context context,
        @DefaultValue @Valid Retention retention,
        @DefaultValue @Valid Tools tools,
        @DefaultValue @Valid Queue queue,
        @DefaultValue @Valid Streams streams,
        @DefaultValue @Valid Redactions redaction,
        @DefaultValue Database database) {

    /** Of the administration, which has the rest; here only whether there is one. */
    record Database(@Nullable String url) {}

    /**
     * @param deadline after which an answer is stopped ({@code PARLEY_ANSWER_DEADLINE}, default 5
     *     min); the policy's answer_seconds may be less
     * @param grace how long after the deadline the worker may report what it used (default 2 s)
     * @param tokensMax longest answer where neither message nor policy says less (default 4,096
     *     tokens)
     * @param tokensMin an answer is not shortened below this to fit a budget's rest (default 16
     *     tokens)
     * @param messageCharsMax longest message whatever the policy says (default 64,000 characters)
     */
    record Answer(
            @DefaultValue("5m") Duration deadline,
            @DefaultValue("2s") Duration grace,
            @DefaultValue("4096") @Min(1) @Max(10_000_000) int tokensMax,
            @DefaultValue("16") @Min(1) int tokensMin,
            @DefaultValue("64000") @Min(1) int messageCharsMax) {}

    /**
     * @param turnsMax newest turns of the branch, a message with its answer each (default 50)
     * @param charsMax characters of those together (default 100,000)
     * @param systemPrompt begins every context of ours; empty (default): none
     */
    record Context(
            @DefaultValue("50") @Min(0) int turnsMax,
            @DefaultValue("100000") @Min(0) int charsMax,
            @Nullable String systemPrompt) {}

    /**
     * @param age after which an unused conversation's messages leave the state (default 30 days)
     * @param messagesMax admitted messages kept of one conversation (default 200)
     * @param refusedMax refused messages kept of one conversation (default 200)
     * @param recipientsMax sessions that are told of one message (default 8)
     */
    record Retention(
            @DefaultValue("30d") Duration age,
            @DefaultValue("200") @Min(1) @Max(10_000) int messagesMax,
            @DefaultValue("200") @Min(1) @Max(10_000) int refusedMax,
            @DefaultValue("8") @Min(2) @Max(100) int recipientsMax) {}

    /**
     * @param approvalWait how long a call waits for a person's word before the model is told that
     *     nobody gave it (default 10 min)
     * @param roundsHeld calls of the model with results of tools that are reserved for beforehand,
     *     fewer where the policy's tool_rounds is less (default 5)
     * @param roundTokens input tokens that each of them may add, with the schemas of the tools
     *     (default 8,000)
     */
    record Tools(
            @DefaultValue("10m") Duration approvalWait,
            @DefaultValue("5") @Min(0) @Max(1000) int roundsHeld,
            @DefaultValue("8000") @Min(0) @Max(1_000_000) int roundTokens) {}

    /**
     * @param messagesMax of one user that wait at the same time (default 8)
     * @param waitMax how long a message waits before it is refused (default 60 s)
     * @param teamWaitMax how long a message waits for its team's account (default 10 s)
     */
    record Queue(
            @DefaultValue("8") @Min(1) @Max(1_000) int messagesMax,
            @DefaultValue("60s") Duration waitMax,
            @DefaultValue("10s") Duration teamWaitMax) {}

    /**
     * @param applicationId group and prefix of internal topics (default parley-orchestrator)
     * @param threads stream threads (default 1)
     * @param commitInterval how long a transaction gathers (default 50 ms); what is read committed
     *     waits for it
     * @param commitOnTerminal whether each terminal asks for its commit at once (default false):
     *     sooner at a few answers a second, and the end of throughput at many
     * @param poll longest wait for records in one round (default 10 ms)
     * @param standbyReplicas copies of the state on other instances (default 0)
     * @param guarantee exactly_once_v2 (default); at_least_once is there to be measured against,
     *     since it lets a message be charged twice
     * @param inMemory keep the state in memory alone, read back from its changelog at each start
     *     (default false: RocksDB)
     * @param sessionTimeout after which a silent instance's partitions go to others; not below the
     *     brokers' {@code group.min.session.timeout.ms} (default 10 s; with standby replicas 1.5 s)
     * @param transactionTimeout after which the broker aborts a lost instance's transaction
     *     (default 10 s; with standby replicas 1.5 s)
     * @param instanceId name that a restarted instance keeps, for static membership: a restart
     *     within the session timeout moves no partition; empty (default): an instance that stops
     *     gives its partitions to the others at once
     */
    record Streams(
            @DefaultValue("parley-orchestrator") @NotBlank String applicationId,
            @DefaultValue("1") @Min(1) @Max(64) int threads,
            @DefaultValue("50ms") @DurationUnit(java.time.temporal.ChronoUnit.MILLIS)
                    Duration commitInterval,
            @DefaultValue("false") boolean commitOnTerminal,
            @DefaultValue("10ms") @DurationUnit(java.time.temporal.ChronoUnit.MILLIS) Duration poll,
            @DefaultValue("0") @Min(0) @Max(5) int standbyReplicas,
            @DefaultValue("exactly_once_v2") String guarantee,
            @DefaultValue("false") boolean inMemory,
            @Nullable Duration sessionTimeout,
            @Nullable Duration transactionTimeout,
            @Nullable String instanceId) {

        private static final Duration PATIENT = Duration.ofSeconds(10);
        private static final Duration PROMPT = Duration.ofMillis(1_500);

        /** Where nobody can take over there is no use in giving up on an instance soon. */
        StreamsOptions.Failover failover() {
            Duration usual = standbyReplicas > 0 ? PROMPT : PATIENT;
            return new StreamsOptions.Failover(
                    standbyReplicas,
                    sessionTimeout == null ? usual : sessionTimeout,
                    transactionTimeout == null ? usual : transactionTimeout,
                    blankToNull(instanceId));
        }
    }

    /**
     * @param patterns built-in ones that are applied, of mail, card and phone ({@code
     *     PARLEY_REDACT}, comma-separated; default none)
     * @param own RE2 expressions by name, applied after those (default none)
     */
    record Redactions(@DefaultValue List<String> patterns, @DefaultValue Map<String, String> own) {
        Redaction compiled() {
            return Redaction.of(patterns.stream().filter(name -> !name.isBlank()).toList(), own);
        }
    }

    DeciderSettings decider() {
        return new DeciderSettings(
                new DeciderSettings.Answer(
                        answer.deadline(),
                        answer.grace(),
                        answer.tokensMax(),
                        answer.tokensMin(),
                        answer.messageCharsMax()),
                new DeciderSettings.Context(
                        context.turnsMax(),
                        context.charsMax(),
                        blankToNull(context.systemPrompt())),
                new DeciderSettings.Retention(
                        retention.messagesMax(), retention.refusedMax(), retention.recipientsMax()),
                new DeciderSettings.Queue(
                        queue.messagesMax(), queue.waitMax(), queue.teamWaitMax()),
                budgetZone,
                defaultModel.isBlank() ? "demo" : defaultModel,
                new DeciderSettings.Tools(
                        tools.approvalWait(), tools.roundsHeld(), tools.roundTokens()));
    }

    /** Whether the policy is kept in a database and changed at run time. */
    boolean isAdministered() {
        return blankToNull(database.url()) != null;
    }

    @Nullable Path policyPath() {
        String file = blankToNull(policyFile);
        return file == null ? null : Path.of(file);
    }

    static @Nullable String blankToNull(@Nullable String text) {
        return text == null || text.isBlank() ? null : text;
    }
}
