package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.PolicyRecord;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a user may ask at all, and which model answers; nothing is counted here. */
final class Authorisation {

    private final DeciderSettings settings;
    private final Instant now;
    private final Policy policy;

    Authorisation(DeciderSettings settings, Instant now, Policy policy) {
        this.settings = settings;
        this.now = now;
        this.policy = policy;
    }

    /** The checks that need no counting, in the order of the protocol's refusals. */
    @Nullable Refusal refusal(Ask ask, @Nullable Rights rights) {
        PolicyRecord.Block block = policy.block(ask.request().caller().id(), now);
        if (block != null) {
            return Refusal.of(
                    Checkpoint.BLOCK_CHECK,
                    ErrorCode.BLOCKED,
                    block.message() == null ? "You are blocked." : block.message());
        }
        if (rights == null) {
            return unknownRole();
        }
        if (ask.conversationId() == null) {
            return Refusal.of(
                    Checkpoint.AUTH_CHECK,
                    ErrorCode.NOT_FOUND,
                    "There is no such conversation or message.");
        }
        long charsMax =
                rights.limits()
                        .within(LimitName.MESSAGE_CHARS, settings.answer().messageCharsMax());
        if (ask.text().length() > charsMax) {
            return new Refusal(
                    Checkpoint.USAGE_CHECK,
                    ErrorCode.MESSAGE_TOO_LONG,
                    "The message has "
                            + ask.text().length()
                            + " characters; at most "
                            + charsMax
                            + " are allowed.",
                    new ServerFrame.LimitState(
                            LimitName.MESSAGE_CHARS.wire(),
                            BigDecimal.valueOf(ask.text().length()),
                            BigDecimal.valueOf(charsMax),
                            null),
                    null);
        }
        if (ask.model() == null
                ? rights.restricted() && model(ask, rights) == null
                : !rights.mayCall(ask.model())) {
            return Refusal.of(
                    Checkpoint.AUTH_CHECK,
                    ErrorCode.MODEL_NOT_ALLOWED,
                    "You may not use this model.");
        }
        return null;
    }

    static Refusal unknownRole() {
        return Refusal.of(
                Checkpoint.AUTH_CHECK, ErrorCode.FORBIDDEN, "Your role has no rights here.");
    }

    /** As asked; else, where rights restrict it, the default or the first one named. */
    @Nullable String model(Ask ask, Rights rights) {
        if (ask.model() != null) {
            return ask.model();
        }
        if (!rights.restricted()) {
            return null;
        }
        return rights.mayCall(settings.defaultModel())
                ? settings.defaultModel()
                : rights.firstNamed();
    }
}
