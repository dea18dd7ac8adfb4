package dev.parley.schemas.record;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/** What every worker must hear at once; topic {@code parley.control}, key message id. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ControlEvent.StopAnswer.class, name = "stop_answer"),
    @JsonSubTypes.Type(value = ControlEvent.JobReplaced.class, name = "job_replaced"),
    @JsonSubTypes.Type(value = ControlEvent.RunVoid.class, name = "run_void")
})
public sealed interface ControlEvent extends PipelineEvent {

    String messageId();

    /** End this answer now; {@code reason} is one of client, revoked, deadline. */
    record StopAnswer(String messageId, String userId, String reason, Instant at)
            implements ControlEvent {}

    /**
     * Another job of this message was written, since the worker of the earlier one was not heard of
     * any more: jobs of it that count from less than {@code attemptBase} are void, whether they run
     * or wait.
     */
    record JobReplaced(String messageId, String userId, int attemptBase, Instant at)
            implements ControlEvent {}

    /**
     * Two workers have the same attempt of a message, or its end stands already: the run that this
     * worker began at {@code at} ends without a word.
     */
    record RunVoid(String messageId, String userId, String worker, int attempt, Instant at)
            implements ControlEvent {}
}
