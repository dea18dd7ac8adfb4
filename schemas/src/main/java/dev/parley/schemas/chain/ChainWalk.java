package dev.parley.schemas.chain;

import org.jspecify.annotations.Nullable;

/**
 * Follows the chain of one conversation, link by link from its first. The one place that says what
 * a broken chain is; the service and the offline verifier both use it.
 */
public final class ChainWalk {

    /** Why a link does not hold; names are part of the contract. */
    public enum Fault {
        /** No JSON object. */
        UNREADABLE,
        /** Its hash is not the hash of what it says. */
        CHANGED,
        /** Links before it are not there. */
        MISSING,
        /** Its number has been before. */
        FORKED,
        /** It belongs to another conversation or follows another link. */
        MISPLACED,
        /** The chain goes on after the last link that is here. */
        TRUNCATED,
        /** A signed checkpoint has another hash for it. */
        RESIGNED,
        /** The opened text or the position that an export shows beside it was touched. */
        TEXT,
        /** What an export is signed with is not there, or not by the expected key. */
        SIGNATURE;

        public String label() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final String conversationId;
    private long nextOrdinal;
    private String lastHash;

    public ChainWalk(String conversationId) {
        this(conversationId, ConversationChain.Head.START);
    }

    /**
     * @param from where the chain goes on from after what retention dropped
     */
    public ChainWalk(String conversationId, ConversationChain.Head from) {
        this.conversationId = conversationId;
        this.nextOrdinal = from.nextOrdinal();
        this.lastHash = from.lastHash();
    }

    /** Goes on by one link; what is wrong with it, or null, and only then the walk moved. */
    public @Nullable Fault accept(@Nullable LinkFacts link) {
        if (link == null) {
            return Fault.UNREADABLE;
        }
        if (!link.selfConsistent()) {
            return Fault.CHANGED;
        }
        Fault fault = position(link.conversationId(), link.ordinal(), link.prevHash());
        if (fault == null) {
            nextOrdinal++;
            lastHash = link.hash();
        }
        return fault;
    }

    /** As {@link #accept} for links that are known to hold among themselves. */
    @Nullable Fault acceptRun(
            String conversation, long ordinal, String prevHash, long links, String hash) {
        Fault fault = position(conversation, ordinal, prevHash);
        if (fault == null) {
            nextOrdinal += links;
            lastHash = hash;
        }
        return fault;
    }

    private @Nullable Fault position(String conversation, long ordinal, String prevHash) {
        if (!conversation.equals(conversationId)) {
            return Fault.MISPLACED;
        }
        if (ordinal != nextOrdinal) {
            return ordinal < nextOrdinal ? Fault.FORKED : Fault.MISSING;
        }
        return prevHash.equals(lastHash) ? null : Fault.MISPLACED;
    }

    public String conversationId() {
        return conversationId;
    }

    public long nextOrdinal() {
        return nextOrdinal;
    }

    public String lastHash() {
        return lastHash;
    }
}
