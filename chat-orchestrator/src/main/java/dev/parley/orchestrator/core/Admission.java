package dev.parley.orchestrator.core;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.PolicyRecord;
import dev.parley.schemas.record.RecordedTool;
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

    Admission(DeciderSettings settings, Probe probe, Work work, Instant now, Policy policy) {
        this.settings = settings;
        this.probe = probe;
        this.work = work;
        this.now = now;
        this.policy = policy;
    }

    void message(RequestEvent.MessageSubmitted m) {
        String digest = MessageIds.derive("text", m.text());
        Conversation continued = work.conversation(m.conversationId());
        boolean own = continued != null || m.conversationId().equals(m.homeConversationId());
        admit(
                new Ask(
                        m,
                        m.messageId(),
                        m.clientMsgId(),
                        own ? m.conversationId() : null,
                        m.homeConversationId(),
                        continued == null ? null : continued.leaf(),
                        null,
                        m.text(),
                        digest,
                        m.model(),
                        m.maxTokens(),
                        m.temperature(),
                        m.context(),
                        m.entrance(),
                        m.rerun() == null ? null : m.rerun().tools()));
    }

    void regenerate(RequestEvent.RegenerateRequested r) {
        Message target = work.message(r.targetMessageId());
        String original =
                target == null || target.regenerates() == null
                        ? r.targetMessageId()
                        : target.regenerates();
        admit(
                beside(
                        r,
                        r.messageId(),
                        r.homeConversationId(),
                        target,
                        original,
                        target == null ? "" : target.text(),
                        MessageIds.derive("regenerate", r.targetMessageId())));
    }

    void edit(RequestEvent.EditRequested e) {
        admit(
                beside(
                        e,
                        e.messageId(),
                        e.homeConversationId(),
                        work.message(e.targetMessageId()),
                        null,
                        e.text(),
                        MessageIds.derive("edit", e.targetMessageId(), e.text())));
    }

    /**
     * A message as all three ways ask for it.
     *
     * @param conversationId null when it is not this user's
     * @param parentId the branch to go on from
     * @param context the client's own; null: the branch
     * @param recordedTools of a conversation that is run again; null: tools are called
     */
    private record Ask(
            RequestEvent.Question request,
            String messageId,
            @Nullable String clientMsgId,
            @Nullable String conversationId,
            String homeConversationId,
            @Nullable String parentId,
            @Nullable String regenerates,
            String text,
            String digest,
            @Nullable String model,
            @Nullable Integer maxTokens,
            @Nullable Double temperature,
            @Nullable List<ChatMessage> context,
            String entrance,
            @Nullable List<RecordedTool> recordedTools) {}

    private static Ask beside(
            RequestEvent.Question request,
            String messageId,
            String home,
            @Nullable Message target,
            @Nullable String regenerates,
            String text,
            String digest) {
        return new Ask(
                request,
                messageId,
                null,
                target == null ? null : target.conversationId(),
                home,
                target == null ? null : target.parentId(),
                regenerates,
                text,
                digest,
                target == null ? null : target.model(),
                null,
                null,
                null,
                "ws",
                null);
    }

    private void admit(Ask ask) {
        Message seen = work.message(ask.messageId());
        if (seen != null) {
            repeated(ask, seen);
            return;
        }
        Rights rights = policy.rights(ask.request().caller());
        Author author = rights == null ? strangerOf(ask) : rights.author();
        Refusal refusal = unauthorised(ask, rights);
        if (refusal != null || rights == null) {
            refuse(ask, author, refusal == null ? unknownRole() : refusal);
            return;
        }
        probe.passed(Checkpoint.AUTH_CHECK);
        probe.passed(Checkpoint.BLOCK_CHECK);
        String model = model(ask, rights);
        List<ChatMessage> messages = context(ask);
        PolicyRecord.Price price = policy.price(model == null ? settings.defaultModel() : model);
        Reservation.Verdict verdict =
                new Reservation(rights.limits(), work.user(), now, settings)
                        .of(
                                new Reservation.Ask(
                                        BranchContext.tokens(messages),
                                        furtherInput(ask, rights, BranchContext.tokens(messages)),
                                        ask.maxTokens(),
                                        price));
        probe.passed(Checkpoint.USAGE_CHECK);
        switch (verdict) {
            case Reservation.Verdict.Refused refused -> refuse(ask, author, refused.refusal());
            case Reservation.Verdict.Held held ->
                    dispatch(ask, rights, new Offer(model, messages, held));
        }
    }

    /** Each further call of the model has all of the one before, and results of tools. */
    private long furtherInput(Ask ask, Rights rights, long input) {
        if (ask.recordedTools() == null && rights.tools().isEmpty()) {
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

    private record Offer(
            @Nullable String model, List<ChatMessage> messages, Reservation.Verdict.Held held) {}

    /** The checks that need no counting, in the order of the protocol's refusals. */
    private @Nullable Refusal unauthorised(Ask ask, @Nullable Rights rights) {
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

    private static Refusal unknownRole() {
        return Refusal.of(
                Checkpoint.AUTH_CHECK, ErrorCode.FORBIDDEN, "Your role has no rights here.");
    }

    private static Author strangerOf(Ask ask) {
        var caller = ask.request().caller();
        return new Author(caller.id(), caller.role(), caller.team());
    }

    /** As asked; else, where rights restrict it, the default or the first one named. */
    private @Nullable String model(Ask ask, Rights rights) {
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

    private void dispatch(Ask ask, Rights rights, Offer offer) {
        String conversationId = java.util.Objects.requireNonNull(ask.conversationId());
        Author author = rights.author();
        ReplyTo replyTo = ask.request().replyTo();
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
                                work.user().requests().plus(now, 1),
                                new Running(
                                        ask.messageId(),
                                        conversationId,
                                        author,
                                        List.of(replyTo),
                                        offer.held().tokens(),
                                        offer.held().cost(),
                                        0,
                                        ask.request().receivedAt(),
                                        deadline,
                                        false,
                                        null)));
        work.put(known(conversationId).admit(ask.messageId(), now), settings.retention());
        work.put(remembered(ask, conversationId, null));
        boolean rerun = ask.recordedTools() != null;
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
        work.emit(
                new Emitted.Turn(
                        conversationId,
                        author,
                        now,
                        new TurnDraft.Asked(
                                ask.messageId(),
                                ask.parentId(),
                                ask.regenerates(),
                                ask.clientMsgId(),
                                ask.regenerates() == null ? ask.text() : null,
                                offer.model(),
                                ask.entrance(),
                                ask.request().receivedAt())));
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

    /**
     * A refusal is recorded where the message was meant to stand, or at home if that is no place.
     */
    private void refuse(Ask ask, Author author, Refusal refusal) {
        String conversationId =
                ask.conversationId() == null ? ask.homeConversationId() : ask.conversationId();
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
        work.emit(
                Terminal.frame(
                        ask.request().replyTo(),
                        ask.messageId(),
                        ask.clientMsgId(),
                        outcome,
                        null));
    }

    /**
     * The same message again: told to a session that does not know yet, and decided never twice.
     */
    private void repeated(Ask ask, Message seen) {
        ReplyTo replyTo = ask.request().replyTo();
        if (!seen.digest().equals(ask.digest())) {
            work.tell(
                    replyTo,
                    new ServerFrame.Failure(
                            null,
                            ask.clientMsgId(),
                            "This client_msg_id belongs to a message with another text.",
                            ErrorCode.CONFLICT,
                            ErrorCode.CONFLICT.retryable(),
                            null,
                            null,
                            null));
            return;
        }
        if (seen.sessions().contains(replyTo.sessionId())) {
            return;
        }
        int recipientsMax = settings.retention().recipientsMax();
        work.put(seen.toldTo(replyTo.sessionId(), recipientsMax));
        Running running = work.user().running(seen.id());
        if (running != null) {
            List<ReplyTo> all = new ArrayList<>(running.recipients());
            if (all.size() >= recipientsMax) {
                all.remove(Math.min(1, all.size() - 1));
            }
            all.add(replyTo);
            work.user(work.user().update(running.sentTo(all)));
        } else if (seen.outcome() != null) {
            Terminal.whole(replyTo, seen.id(), seen.clientMsgId(), seen.outcome(), null)
                    .forEach(work::emit);
        }
    }

    private Conversation known(String conversationId) {
        Conversation known = work.conversation(conversationId);
        return known == null ? Conversation.begin(conversationId, now) : known;
    }

    private static Message remembered(Ask ask, String conversationId, @Nullable Outcome outcome) {
        return new Message(
                ask.messageId(),
                conversationId,
                ask.parentId(),
                ask.regenerates(),
                ask.clientMsgId(),
                ask.text(),
                ask.digest(),
                List.of(ask.request().replyTo().sessionId()),
                outcome,
                ask.model());
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
