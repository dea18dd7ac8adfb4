package dev.parley.audit.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.Conversations;
import dev.parley.audit.store.Link;
import dev.parley.audit.store.Links;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import dev.parley.schemas.chain.ConversationChain;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Computes a chain again, link by link, and names the first that does not hold. */
@Component
class ChainCheck {

    private static final int LINKS_PER_READ = 1_000;

    /**
     * What was found.
     *
     * @param links how many hold, from the first on
     * @param headHash of the last link that holds
     */
    record Verdict(
            String conversationId,
            boolean ok,
            long links,
            String headHash,
            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable Broken firstBroken) {}

    /**
     * @param reason changed, missing, misplaced, forked, unreadable or truncated
     */
    record Broken(long ordinal, String reason) {}

    private final Conversations conversations;
    private final Links links;

    ChainCheck(Conversations conversations, Links links) {
        this.conversations = conversations;
        this.links = links;
    }

    /** Empty when there is no such conversation. */
    Optional<Verdict> verify(String conversationId) {
        return conversations.findById(conversationId).map(this::verify);
    }

    private Verdict verify(Conversation conversation) {
        ConversationChain.Head head = conversation.keptFrom();
        List<Link> piece;
        do {
            piece =
                    links.from(
                            conversation.id(),
                            head.nextOrdinal(),
                            conversation.firstAt(),
                            conversation.lastAt(),
                            Limit.of(LINKS_PER_READ));
            for (Link link : piece) {
                String reason = fault(conversation.id(), head, link);
                if (reason != null) {
                    return broken(conversation, head, reason);
                }
                head = new ConversationChain.Head(head.nextOrdinal() + 1, link.hash());
            }
        } while (piece.size() == LINKS_PER_READ);
        return head.nextOrdinal() < conversation.links()
                ? broken(conversation, head, "truncated")
                : new Verdict(conversation.id(), true, head.nextOrdinal(), head.lastHash(), null);
    }

    private static @Nullable String fault(
            String conversationId, ConversationChain.Head head, Link link) {
        if (link.ordinal() != head.nextOrdinal()) {
            return link.ordinal() < head.nextOrdinal() ? "forked" : "missing";
        }
        JsonNode json;
        try {
            json = Json.tree(link.json().getBytes(StandardCharsets.UTF_8));
        } catch (UnreadableRecordException e) {
            return "unreadable";
        }
        if (!json.isObject()) {
            return "unreadable";
        }
        if (!link.hash().equals(json.path("hash").asString(""))
                || !link.hash().equals(hash(json))) {
            return "changed";
        }
        boolean inPlace =
                json.path("ordinal").asLong(-1) == link.ordinal()
                        && json.path("conversation_id").asString("").equals(conversationId)
                        && json.path("prev_hash").asString("").equals(head.lastHash());
        return inPlace ? null : "misplaced";
    }

    private static String hash(JsonNode json) {
        try {
            return ConversationChain.hash(json);
        } catch (IllegalArgumentException e) {
            return "a number that cannot be hashed";
        }
    }

    private static Verdict broken(
            Conversation conversation, ConversationChain.Head head, String reason) {
        return new Verdict(
                conversation.id(),
                false,
                head.nextOrdinal(),
                head.lastHash(),
                new Broken(head.nextOrdinal(), reason));
    }
}
