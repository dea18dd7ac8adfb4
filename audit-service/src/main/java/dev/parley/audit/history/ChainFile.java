package dev.parley.audit.history;

import dev.parley.audit.proof.InclusionProofs;
import dev.parley.audit.proof.SigningKey;
import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.Link;
import dev.parley.audit.store.Links;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.Vault;
import dev.parley.schemas.Json;
import dev.parley.schemas.chain.ChainExport;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/** Writes a chain with everything that proves it. */
@Component
class ChainFile {

    private static final int LINKS_PER_READ = 500;

    private final Links links;
    private final Vault vault;
    private final InclusionProofs proofs;
    private final SigningKey signing;
    private final Clock clock;

    ChainFile(Links links, Vault vault, InclusionProofs proofs, SigningKey signing, Clock clock) {
        this.links = links;
        this.vault = vault;
        this.proofs = proofs;
        this.signing = signing;
        this.clock = clock;
    }

    /** Piece by piece, however long it is; as long as it is when this begins. */
    void write(Conversation conversation, OutputStream out) throws IOException {
        new Writing(conversation, out).run();
    }

    /** One file. A line stays open until it is known whether another follows. */
    private final class Writing {
        private final Conversation conversation;
        private final OutputStream out;
        private final Instant at = clock.instant().truncatedTo(ChronoUnit.MICROS);
        private final Keyring keys;
        private final ChainExport export;
        private final Optional<InclusionProofs.Proven> proven;
        private @Nullable String open;
        private @Nullable Long covered;

        Writing(Conversation conversation, OutputStream out) {
            this.conversation = conversation;
            this.out = out;
            this.keys = vault.keyring(Set.of(conversation.userId()));
            this.export = new ChainExport(conversation.id(), conversation.keptFrom());
            this.proven = proofs.newest(conversation.id(), conversation.maxOrdinal());
        }

        void run() throws IOException {
            long last = conversation.maxOrdinal();
            long next = 0;
            List<Link> piece;
            do {
                piece =
                        links.from(
                                conversation.id(),
                                next,
                                conversation.firstAt(),
                                conversation.lastAt(),
                                Limit.of(LINKS_PER_READ));
                for (Link link : piece) {
                    if (link.ordinal() <= last) {
                        line(link);
                    }
                    next = link.ordinal() + 1;
                }
            } while (piece.size() == LINKS_PER_READ && next <= last);
            if (open != null) {
                write(open + export.ends(signing.pair(), at, covered));
            }
        }

        private void line(Link link) throws IOException {
            if (open != null) {
                write(open + ChainExport.goesOn());
            }
            String beside = ChainLine.beside(link, keys, at);
            if (proven.isPresent() && proven.get().ordinal() == link.ordinal()) {
                beside += ",\"checkpoint\":" + Json.writeText(proven.get().inclusion());
                covered = proven.get().inclusion().statement().number();
            }
            open = export.line(link.json(), link.hash(), beside);
        }

        private void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
