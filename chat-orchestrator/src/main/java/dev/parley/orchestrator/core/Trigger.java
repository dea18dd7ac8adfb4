package dev.parley.orchestrator.core;

import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.ResultEvent;

/** What asks for a decision. */
public sealed interface Trigger {

    String userId();

    /** The user wants something. */
    record Requested(RequestEvent request) implements Trigger {
        @Override
        public String userId() {
            return switch (request) {
                case RequestEvent.ErasureRequested erasure -> erasure.userId();
                case RequestEvent.ImportRequested imported -> imported.userId();
                default -> request.caller().id();
            };
        }
    }

    /** A worker reports. */
    record Reported(ResultEvent result) implements Trigger {
        @Override
        public String userId() {
            return result.userId();
        }
    }

    /** The deadline of a running answer may have passed; its state says which. */
    record DeadlinePassed(String userId, String messageId) implements Trigger {}

    /** A team's account has answered for a message that waits. */
    record TeamAnswered(String userId, TeamEvent.ToPartition answer) implements Trigger {}

    /** The policy has changed while answers of this user run or wait. */
    record PolicyChanged(String userId) implements Trigger {}
}
