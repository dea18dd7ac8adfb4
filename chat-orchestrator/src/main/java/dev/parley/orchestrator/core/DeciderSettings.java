package dev.parley.orchestrator.core;

import java.time.Duration;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * What the rules need to know beside the policy.
 *
 * @param answer how long and how large answers may be where the policy says nothing
 * @param context what of a conversation the model is given
 * @param retention how much of a conversation stays in the state
 * @param queue how long and how many messages wait for an answer to end
 * @param budgetZone where days and months of cost begin
 * @param tools approvals, and what is reserved for calls of tools
 * @param defaultModel name that rights and prices go by when a message names no model
 */
public record DeciderSettings(
        Answer answer,
        Context context,
        Retention retention,
        Queue queue,
        ZoneId budgetZone,
        String defaultModel,
        Tools tools) {

    /** With the usual settings of tools. */
    public DeciderSettings(
            Answer answer,
            Context context,
            Retention retention,
            Queue queue,
            ZoneId budgetZone,
            String defaultModel) {
        this(answer, context, retention, queue, budgetZone, defaultModel, Tools.USUAL);
    }

    /**
     * @param approvalWait how long a call waits for a person
     * @param roundsHeld calls of the model with results of tools that are reserved for beforehand
     * @param roundTokens input that such a call may add to the one before it
     */
    public record Tools(Duration approvalWait, int roundsHeld, int roundTokens) {
        static final Tools USUAL = new Tools(Duration.ofMinutes(10), 5, 8_000);
    }

    /**
     * @param deadline after which an answer is stopped
     * @param grace how long after that its worker may still report what it used
     * @param tokensMax longest answer where neither request nor policy says less
     * @param tokensMin an answer is never shortened below this to fit what is left
     * @param messageCharsMax longest message, whatever the policy says
     */
    public record Answer(
            Duration deadline, Duration grace, int tokensMax, int tokensMin, int messageCharsMax) {}

    /**
     * @param turnsMax newest turns (a message and its answer) of the branch
     * @param charsMax characters of those turns together
     */
    public record Context(int turnsMax, int charsMax, @Nullable String systemPrompt) {}

    /**
     * @param messagesMax of one user that wait; a further one is refused
     * @param waitMax after which a message that waits is refused
     * @param teamWaitMax how long a message waits for its team's account
     */
    public record Queue(int messagesMax, Duration waitMax, Duration teamWaitMax) {}

    /**
     * @param messagesMax admitted messages of a conversation
     * @param refusedMax refused ones
     * @param recipientsMax sessions that are told of one message
     */
    public record Retention(int messagesMax, int refusedMax, int recipientsMax) {}
}
