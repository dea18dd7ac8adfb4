package dev.parley.schemas.chain;

import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ExportProof.SignedHead;
import dev.parley.schemas.chain.ExportProof.Statement;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes the lines of one conversation's export, as {@link ExportVerifier} reads them. */
public final class ChainExport {

    private final String conversationId;
    private String seal = ConversationChain.GENESIS;
    private String headHash = ConversationChain.GENESIS;
    private final ConversationChain.Head from;
    private long links;

    public ChainExport(String conversationId) {
        this(conversationId, ConversationChain.Head.START);
    }

    /**
     * @param from where the chain goes on from after what retention dropped
     */
    public ChainExport(String conversationId, ConversationChain.Head from) {
        this.conversationId = conversationId;
        this.from = from;
    }

    /**
     * The next line, without its end.
     *
     * @param link its JSON as it stands in the log
     * @param hash of the link
     * @param beside further members, each with a comma before it
     */
    public String line(String link, String hash, String beside) {
        seal = ExportProof.seal(seal, hash, beside.getBytes(StandardCharsets.UTF_8));
        headHash = hash;
        links++;
        return "{\"link\":" + link + beside + ",\"seal\":\"" + seal + '"';
    }

    /** The end of a line that another follows. */
    public static String goesOn() {
        return "}\n";
    }

    /**
     * The end of the last line.
     *
     * @param checkpoint number of the newest one that a line carries
     */
    public String ends(KeyPair key, Instant at, @Nullable Long checkpoint) {
        Statement statement =
                new Statement(
                        conversationId,
                        from.nextOrdinal(),
                        from.lastHash(),
                        links,
                        headHash,
                        seal,
                        at,
                        checkpoint);
        SignedHead head =
                new SignedHead(
                        statement,
                        ChainSignatures.keyId(key.getPublic()),
                        ChainSignatures.encoded(key.getPublic()),
                        ChainSignatures.sign(key, ChainSignatures.EXPORT, statement));
        return ",\"head\":" + Json.writeText(head) + "}\n";
    }
}
