package dev.parley.orchestrator.core;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.ReplyTo;
import dev.parley.schemas.record.RequestEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message's way in: seen before, refused, or reserved for and dispatched. */
final class Admission {

    private static final String OK = "ok";
    private static final String REFUSED = "refused";

    private final DeciderSettings settings;
    private final Probe probe;
    private final Work work;
    private final Instant now;
    private final Policy policy;
    private final Authorisation authorisation;

    Admission(DeciderSettings settings, Probe probe, Work work, Instant now, Policy policy) {
        this.settings = settings;
        this.probe = probe;
        this.work = work;
        this.now = now;
        this.policy = policy;
        this.authorisation = new Authorisation(settings, now, policy);
    }

    /** A question for the first time, or one that was seen before. */
    void question(RequestEvent.Question question) {
        Ask ask = Ask.of(question, work);
        Message seen = work.message(ask.messageId());
        if (seen == null) {
            decide(ask, null);
        } else {
            new Repeats(settings, work).tell(ask, seen);
        }
    }

    /** One that waits, decided by what is known now; whether it waits on. */
    boolean again(Waiting waiting) {
        return decide(Ask.of(waiting.asked(), work), waiting);
    }

    /** Refuses one that waits if its user has lost the right to it meanwhile. */
    void review(Waiting waiting) {
        Ask ask = Ask.of(waiting.asked(), work);
        Rights rights = policy.rights(ask.request().caller());
        Refusal refusal = authorisation.refusal(ask, rights);
        if (refusal != null) {
            refuse(ask, authorOf(ask), refusal, waiting);
        }
    }

    /** Ends the wait of one that waits. */
    void refuse(Waiting waiting, Refusal refusal) {
        Ask ask = Ask.of(waiting.asked(), work);
        refuse(ask, authorOf(ask), refusal, waiting);
    }

    /**
     * One that waits is recorded as if it ran, for its stop to be recorded too.
     *
     * @return it holds nothing
     */
    Running stopped(Waiting waiting) {
        Ask ask = Ask.of(waiting.asked(), work);
        Author author = authorOf(ask);
        String conversationId = ask.recordedIn();
        work.user(work.user().stopWaiting(ask.messageId()));
        work.put(known(conversationId).admit(ask.messageId(), now), settings.retention());
        work.put(remembered(ask, conversationId, null));
        work.emit(new Emitted.Turn(conversationId, author, now, asked(ask, ask.model())));
        return new Running(
                ask.messageId(),
                conversationId,
                author,
                waiting.recipients(),
                0,
                BigDecimal.ZERO,
                0,
                ask.request().receivedAt(),
                now,
                false,
                null,
                null,
                null);
    }

    Author authorOf(Ask ask) {
        Rights rights = policy.rights(ask.request().caller());
        var caller = ask.request().caller();
        Author author =
                rights == null
                        ? new Author(caller.id(), caller.role(), caller.team())
                        : rights.author();
        return author.repeating(ask.words());
    }

    private boolean decide(Ask ask, @Nullable Waiting waited) {
        Rights rights = policy.rights(ask.request().caller());
        Refusal refusal = authorisation.refusal(ask, rights);
        if (refusal != null || rights == null) {
            refuse(
                    ask,
                    authorOf(ask),
                    refusal == null ? Authorisation.unknownRole() : refusal,
                    waited);
            return false;
        }
        probe.passed(Checkpoint.AUTH_CHECK);
        probe.passed(Checkpoint.BLOCK_CHECK);
        String model = authorisation.model(ask, rights);
        List<ChatMessage> messages = context(ask);
        PolicyRecord.Model entry = policy.model(model == null ? settings.defaultModel() : model);
        Limits ofModel = entry == null ? Limits.NONE : Limits.of(entry.limits());
        TeamShare team = TeamShare.of(rights, work);
        Reservation reservation = reservation(rights, entry, ofModel);
        Reservation.Ask what =
                new Reservation.Ask(
                        BranchContext.tokens(messages),
                        furtherInput(ask, rights, BranchContext.tokens(messages)),
                        ask.maxTokens(),
                        entry == null ? null : entry.price(),
                        team == null || waited == null ? null : team.rest());
        Reservation.Verdict verdict = reservation.of(what);
        probe.passed(Checkpoint.USAGE_CHECK);
        WaitingLine line = new WaitingLine(settings, work, now);
        switch (verdict) {
            case Reservation.Verdict.Refused refused -> {
                if (rights.queue() && line.joins(refused.refusal(), ask, waited)) {
                    return true;
                }
                refuse(ask, authorOf(ask), refused.refusal(), waited);
                return false;
            }
            case Reservation.Verdict.Held held -> {
                if (rights.queue() && line.isBehindOthers(ask)) {
                    Refusal behind = line.full(rights.limits());
                    if (!line.joins(behind, ask, waited)) {
                        refuse(ask, authorOf(ask), behind, waited);
                        return false;
                    }
                    return true;
                }
                TeamSlice.Share share = team == null ? null : team.of(held);
                if (team != null && share != null && !team.covers(share)) {
                    Refusal overloaded = line.awaitTeam(ask, waited);
                    if (overloaded != null) {
                        refuse(ask, authorOf(ask), overloaded, waited);
                        return false;
                    }
                    boolean shorter = reservation.mayShorten();
                    work.emit(
                            new Emitted.TeamWant(
                                    team.slice().team(),
                                    rights.author().userId(),
                                    ask.messageId(),
                                    share,
                                    shorter ? team.only(reservation.least(what)) : share,
                                    now));
                    return true;
                }
                String counted = ofModel.isEmpty() || entry == null ? null : entry.name();
                dispatch(ask, rights, new Offer(model, messages, held, counted, share), waited);
                return false;
            }
        }
    }

    /** Each further call of the model has all of the one before, and results of tools. */
    private long furtherInput(Ask ask, Rights rights, long input) {
        if (!ask.isRerun() && rights.tools().isEmpty()) {
            return 0;
        }
        Integer rounds = toolRounds(rights);
        int held = settings.tools().roundsHeld();
        long calls = rounds == null ? held : Math.min(rounds, held);
        return calls * (input + settings.tools().roundTokens());
    }

    static @Nullable Integer toolRounds(Rights rights) {
        BigDecimal max = rights.limits().max(LimitName.TOOL_ROUNDS);
        return max == null ? null : max.intValue();
    }

    private Reservation reservation(
            Rights rights, PolicyRecord.@Nullable Model entry, Limits ofModel) {
        UserState user = work.user();
        List<Meters.Scope> scopes = new ArrayList<>();
        scopes.add(Meters.Scope.own(rights.limits(), user));
        if (entry != null && !ofModel.isEmpty()) {
            scopes.add(Meters.Scope.model(entry.name(), ofModel, user));
        }
        return new Reservation(
                rights.limits().strictest(ofModel),
                scopes,
                user.running().isEmpty(),
                now,
                settings);
    }

    /**
     * @param counted the model entry whose limits it counts for
     * @param share what it holds of the team's slice
     */
    private record Offer(
            @Nullable String model,
            List<ChatMessage> messages,
            Reservation.Verdict.Held held,
            @Nullable String counted,
            TeamSlice.@Nullable Share share) {}

    private List<ChatMessage> context(Ask ask) {
        List<ChatMessage> messages =
                new ArrayList<>(
                        ask.context() == null
                                ? BranchContext.of(
                                        ask.parentId(), work::message, settings.context())
                                : ask.context());
        messages.add(new ChatMessage("user", ask.text()));
        return messages;
    }

    private void dispatch(Ask ask, Rights rights, Offer offer, @Nullable Waiting waited) {
        String conversationId = java.util.Objects.requireNonNull(ask.conversationId());
        Author author = rights.author().repeating(ask.words());
        List<ReplyTo> recipients = waited == null ? List.of(ask.replyTo()) : waited.recipients();
        ReplyTo replyTo = recipients.getFirst();
        Duration longest =
                Duration.ofSeconds(
                        rights.limits().within(LimitName.ANSWER_SECONDS, Integer.MAX_VALUE));
        Instant deadline =
                now.plus(
                        longest.compareTo(settings.answer().deadline()) < 0
                                ? longest
                                : settings.answer().deadline());
        work.user(
                work.user()
                        .admit(
                                now,
                                new Running(
                                        ask.messageId(),
                                        conversationId,
                                        author,
                                        recipients,
                                        offer.held().tokens(),
                                        offer.held().cost(),
                                        0,
                                        ask.request().receivedAt(),
                                        deadline,
                                        false,
                                        null,
                                        offer.counted(),
                                        offer.share())));
        if (offer.share() != null && author.team() != null) {
            work.put(work.team(author.team()).hold(offer.share()));
        }
        work.put(known(conversationId).admit(ask.messageId(), now), settings.retention());
        work.put(remembered(ask, conversationId, null));
        boolean rerun = ask.isRerun();
        Job job =
                new Job(
                        MessageIds.derive("job", ask.messageId()),
                        ask.messageId(),
                        conversationId,
                        author.userId(),
                        author.role(),
                        replyTo,
                        offer.model(),
                        offer.messages(),
                        Math.toIntExact(offer.held().answerTokens()),
                        ask.temperature(),
                        now,
                        deadline,
                        rerun ? Map.of() : rights.tools(),
                        toolRounds(rights),
                        0,
                        null,
                        List.of(),
                        ask.recordedTools(),
                        offer.held().tokens() - offer.held().answerTokens());
        if (!rerun && ToolRights.mayAsk(rights.tools())) {
            work.put(Parking.of(job));
        }
        work.emit(new Emitted.Dispatch(job));
        work.emit(new Emitted.Turn(conversationId, author, now, asked(ask, offer.model())));
        step(ask, conversationId, Checkpoint.AUTH_CHECK, OK, Map.of("role", author.role()));
        step(ask, conversationId, Checkpoint.BLOCK_CHECK, OK, Map.of());
        step(ask, conversationId, Checkpoint.USAGE_CHECK, OK, offer.held().facts());
        step(
                ask,
                conversationId,
                Checkpoint.MCP_PERMISSION_CHECK,
                OK,
                Map.of("servers", Integer.toString(rights.servers().size())));
        probe.passed(Checkpoint.MCP_PERMISSION_CHECK);
        step(
                ask,
                conversationId,
                Checkpoint.TOOL_FILTER,
                OK,
                ToolRights.counts(rights.tools(), policy));
        probe.passed(Checkpoint.TOOL_FILTER);
        step(
                ask,
                conversationId,
                Checkpoint.ORCHESTRATOR_DECIDED,
                OK,
                Map.of("context_messages", Integer.toString(offer.messages().size() - 1)));
        probe.passed(Checkpoint.ORCHESTRATOR_DECIDED);
    }

    private static TurnDraft.Asked asked(Ask ask, @Nullable String model) {
        return new TurnDraft.Asked(
                ask.messageId(),
                ask.parentId(),
                ask.regenerates(),
                ask.clientMsgId(),
                ask.regenerates() == null ? ask.text() : null,
                model,
                ask.entrance(),
                ask.request().receivedAt());
    }

    /**
     * A refusal is recorded where the message was meant to stand, or at home if that is no place.
     */
    private void refuse(Ask ask, Author author, Refusal refusal, @Nullable Waiting waited) {
        String conversationId = ask.recordedIn();
        work.user(work.user().refuse(ask.messageId()));
        work.put(known(conversationId).refuse(ask.messageId(), now), settings.retention());
        Outcome outcome = Outcome.refused(refusal);
        work.put(remembered(ask, conversationId, outcome));
        work.emit(
                new Emitted.Turn(
                        conversationId,
                        author,
                        now,
                        new TurnDraft.Refused(
                                ask.messageId(),
                                ask.clientMsgId(),
                                refusal.code(),
                                refusal.error(),
                                refusal.limit(),
                                refusal.retryAfterS(),
                                ask.text().isEmpty() ? null : ask.text(),
                                ask.model(),
                                ask.entrance(),
                                ask.request().receivedAt())));
        Map<String, String> why =
                refusal.limit() == null
                        ? Map.of("code", refusal.code().code())
                        : Map.of("code", refusal.code().code(), "limit", refusal.limit().name());
        for (String check :
                List.of(Checkpoint.AUTH_CHECK, Checkpoint.BLOCK_CHECK, Checkpoint.USAGE_CHECK)) {
            boolean here = check.equals(refusal.step());
            probe.passed(check);
            step(ask, conversationId, check, here ? REFUSED : OK, here ? why : Map.of());
            if (here) {
                break;
            }
        }
        probe.passed(Checkpoint.ORCHESTRATOR_DECIDED);
        step(ask, conversationId, Checkpoint.ORCHESTRATOR_DECIDED, REFUSED, Map.of());
        step(ask, conversationId, Checkpoint.ERROR, REFUSED, why);
        List<ReplyTo> recipients = waited == null ? List.of(ask.replyTo()) : waited.recipients();
        for (ReplyTo recipient : recipients) {
            work.emit(Terminal.frame(recipient, ask.messageId(), ask.clientMsgId(), outcome, null));
        }
    }

    private Conversation known(String conversationId) {
        return Conversation.known(work, conversationId, now);
    }

    private Message remembered(Ask ask, String conversationId, @Nullable Outcome outcome) {
        return Message.of(ask, conversationId, work.message(ask.messageId()), outcome);
    }

    private void step(
            Ask ask,
            String conversationId,
            String name,
            String status,
            Map<String, String> detail) {
        work.emit(new Emitted.Step(ask.messageId(), conversationId, name, status, detail));
    }
}
