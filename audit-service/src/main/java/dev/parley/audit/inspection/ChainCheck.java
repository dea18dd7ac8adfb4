package dev.parley.audit.inspection;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.proof.InclusionProofs;
import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.Conversations;
import dev.parley.audit.store.Link;
import dev.parley.audit.store.Links;
import dev.parley.schemas.chain.ChainWalk;
import dev.parley.schemas.chain.ChainWalk.Fault;
import dev.parley.schemas.chain.LinkFacts;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

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
     * @param reason changed, missing, misplaced, forked, unreadable, truncated or resigned (a
     *     signed checkpoint has another hash for it)
     */
    record Broken(long ordinal, String reason) {}

    private final Conversations conversations;
    private final Links links;
    private final InclusionProofs proofs;

    ChainCheck(Conversations conversations, Links links, InclusionProofs proofs) {
        this.conversations = conversations;
        this.links = links;
        this.proofs = proofs;
    }

    /** Empty when there is no such conversation. */
    Optional<Verdict> verify(String conversationId) {
        return conversations.findById(conversationId).map(this::verify);
    }

    private Verdict verify(Conversation conversation) {
        ChainWalk walk = new ChainWalk(conversation.id(), conversation.keptFrom());
        Map<Long, String> signed = new HashMap<>();
        proofs.signed(conversation.id()).forEach(head -> signed.put(head.ordinal(), head.hash()));
        List<Link> piece;
        do {
            piece =
                    links.from(
                            conversation.id(),
                            walk.nextOrdinal(),
                            conversation.firstAt(),
                            conversation.lastAt(),
                            Limit.of(LINKS_PER_READ));
            for (Link link : piece) {
                Fault fault = fault(walk, signed, link);
                if (fault != null) {
                    return broken(walk, fault);
                }
            }
        } while (piece.size() == LINKS_PER_READ);
        long expected =
                signed.keySet().stream()
                        .mapToLong(ordinal -> ordinal + 1)
                        .reduce(conversation.links(), Math::max);
        return walk.nextOrdinal() < expected
                ? broken(walk, Fault.TRUNCATED)
                : new Verdict(conversation.id(), true, walk.nextOrdinal(), walk.lastHash(), null);
    }

    /** What the row says beside the link must be what the link says. */
    private static @Nullable Fault fault(ChainWalk walk, Map<Long, String> signed, Link link) {
        LinkFacts facts = LinkFacts.of(link.json().getBytes(StandardCharsets.UTF_8));
        if (facts != null && !link.hash().equals(facts.hash())) {
            return Fault.CHANGED;
        }
        Fault fault = walk.accept(facts);
        if (fault != null || facts == null) {
            return fault;
        }
        if (facts.ordinal() != link.ordinal()) {
            return Fault.MISPLACED;
        }
        String head = signed.get(facts.ordinal());
        return head == null || head.equals(facts.hash()) ? null : Fault.RESIGNED;
    }

    private static Verdict broken(ChainWalk walk, Fault fault) {
        return new Verdict(
                walk.conversationId(),
                false,
                walk.nextOrdinal(),
                walk.lastHash(),
                new Broken(walk.nextOrdinal(), fault.label()));
    }
}
