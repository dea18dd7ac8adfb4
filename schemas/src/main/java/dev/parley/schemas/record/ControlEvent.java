package dev.parley.schemas.record;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;

/** What every worker must hear at once; topic {@code parley.control}, key message id. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({@JsonSubTypes.Type(value = ControlEvent.StopAnswer.class, name = "stop_answer")})
public sealed interface ControlEvent extends PipelineEvent {

    /** End this answer now; {@code reason} is one of client, revoked, deadline. */
    record StopAnswer(String messageId, String userId, String reason, Instant at)
            implements ControlEvent {}
}
