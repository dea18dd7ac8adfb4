package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.failed;
import static dev.parley.orchestrator.core.Given.limits;
import static dev.parley.orchestrator.core.Given.policy;
import static dev.parley.orchestrator.core.Given.priced;

import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A user who had one of each, with the record of it; the texts are left out. */
public final class Settled {

    private static final SealedText TEXT = new SealedText("k", "c");

    private final Given user = new Given();

    private Settled() {}

    /** An answer, a failure, a refusal, and one that still runs. */
    public static Settled oneOfEach() {
        Settled settled = new Settled();
        Given user = settled.user;
        user.policy = policy(limits("requests_per_minute", 3), priced("demo", "1", "3"));
        user.when(user.say("a").event());
        user.when(user.say("b").event());
        user.after(Duration.ofSeconds(1));
        user.when(answered("c-a", "ok", 10, 20));
        user.when(failed("c-b", ErrorCode.UPSTREAM_ERROR, "part", 5, 7));
        user.when(user.say("c").event());
        user.when(user.say("d").event());
        return settled;
    }

    public UserState state() {
        return user.user;
    }

    public Instant now() {
        return user.now;
    }

    public Settled after(Duration time) {
        user.after(time);
        return this;
    }

    public List<TurnRecord> turns() {
        List<TurnRecord> turns = new ArrayList<>();
        for (Emitted emitted : user.everything) {
            if (emitted instanceof Emitted.Turn turn) {
                turns.add(
                        new TurnRecord(
                                turn.conversationId(),
                                turns.size(),
                                Given.USER,
                                null,
                                "user",
                                turn.at(),
                                body(turn.draft()),
                                "",
                                ""));
            }
        }
        return turns;
    }

    private static TurnRecord.Body body(TurnDraft draft) {
        return switch (draft) {
            case TurnDraft.Asked asked ->
                    new TurnRecord.UserTurn(
                            asked.messageId(), null, null, null, TEXT, null, "ws", Given.START);
            case TurnDraft.Answered answered ->
                    new TurnRecord.AssistantTurn(
                            answered.messageId(),
                            TEXT,
                            "stop",
                            "demo",
                            answered.completed().usage(),
                            answered.cost(),
                            0,
                            List.of(),
                            1,
                            1,
                            Given.START,
                            null,
                            Given.START,
                            "w");
            case TurnDraft.Failed failed ->
                    new TurnRecord.FailureTurn(
                            failed.messageId(),
                            failed.code(),
                            failed.error(),
                            null,
                            failed.model(),
                            failed.usage(),
                            1,
                            Given.START);
            case TurnDraft.Refused refused ->
                    new TurnRecord.RefusalTurn(
                            refused.messageId(),
                            null,
                            refused.code(),
                            refused.error(),
                            refused.limit(),
                            null,
                            null,
                            null,
                            "ws",
                            Given.START);
            case TurnDraft.Charged charged ->
                    new TurnRecord.ChargeTurn(
                            charged.messageId(),
                            charged.usage(),
                            charged.cost(),
                            charged.reserved(),
                            Given.START);
            default -> throw new IllegalArgumentException(draft.toString());
        };
    }
}
