package dev.parley.audit.proof;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.chain.ChainSignatures;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.record.ChainCheckpoint;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Signed heads, and the keys to check them with; for inspectors, who keep them elsewhere. */
@RestController
@RequestMapping("/api/audit/checkpoints")
final class CheckpointController {

    /** Whole checkpoints are large; a page of them is short. */
    private static final int WITH_HEADS_MAX = 50;

    private final CheckpointTable table;
    private final SigningKey key;
    private final JdbcClient database;
    private final ReadJournal journal;

    CheckpointController(
            CheckpointTable table, SigningKey key, JdbcClient database, ReadJournal journal) {
        this.table = table;
        this.key = key;
        this.database = database;
        this.journal = journal;
    }

    /**
     * A checkpoint as the log has it.
     *
     * @param hash which the statement of the next one names
     * @param heads only where they were asked for
     */
    record View(
            ChainCheckpoint.Statement statement,
            String hash,
            String keyId,
            String signature,
            @JsonInclude(JsonInclude.Include.NON_EMPTY) List<ChainCheckpoint.Head> heads) {

        static View of(ChainCheckpoint checkpoint) {
            return new View(
                    checkpoint.statement(),
                    ChainSignatures.hash(checkpoint.statement()),
                    checkpoint.keyId(),
                    checkpoint.signature(),
                    checkpoint.heads());
        }
    }

    /**
     * A public key.
     *
     * @param publicKey base64 of the X.509 form
     * @param current whether this service signs with it now
     */
    record KeyView(
            String keyId,
            String algorithm,
            String publicKey,
            String pem,
            Instant since,
            boolean current) {}

    @GetMapping
    Page<View> list(
            Reader caller,
            @RequestParam Map<String, String> parameters,
            @RequestParam(defaultValue = "50") int limit,
            @RequestParam(defaultValue = "false") boolean heads,
            @RequestParam(name = "conversation_id", required = false) @Nullable String conversation,
            @RequestParam(required = false) @Nullable String after) {
        admit(caller, "checkpoints", null, parameters);
        int shown = heads ? Math.min(WITH_HEADS_MAX, limit) : limit;
        Parameters.limit(limit);
        List<ChainCheckpoint> found =
                table.before(
                        number(after),
                        Parameters.filter("conversation_id", conversation),
                        shown + 1);
        boolean more = found.size() > shown;
        List<ChainCheckpoint> page = more ? found.subList(0, shown) : found;
        return new Page<>(
                page.stream().map(c -> View.of(heads ? table.withHeads(c) : c)).toList(),
                more ? Long.toString(page.getLast().statement().number()) : null);
    }

    @GetMapping("/{number:[0-9]+}")
    View one(Reader caller, @PathVariable String number) {
        admit(caller, "checkpoints/one", number, Map.of());
        Long wanted = number(number);
        return table.find(wanted == null ? -1 : wanted)
                .map(View::of)
                .orElseThrow(() ->
                        new ProblemException(ErrorCode.NOT_FOUND, "There is no such checkpoint."));
    }

    @GetMapping("/keys")
    Page<KeyView> keys(Reader caller) {
        admit(caller, "checkpoints/keys", null, Map.of());
        List<KeyView> keys =
                new java.util.ArrayList<>(
                        database.sql(
                                        "SELECT key_id, public_key, since FROM signing_keys"
                                                + " ORDER BY since, key_id")
                                .query((row, n) ->
                                        view(
                                                row.getString(1),
                                                row.getString(2),
                                                row.getObject(3, OffsetDateTime.class).toInstant()))
                                .list());
        if (keys.stream().noneMatch(KeyView::current)) {
            keys.add(view(key.keyId(), key.publicKey(), Instant.now()));
        }
        return new Page<>(keys, null);
    }

    private KeyView view(String keyId, String publicKey, Instant since) {
        return new KeyView(
                keyId,
                "Ed25519",
                publicKey,
                "-----BEGIN PUBLIC KEY-----\n" + publicKey + "\n-----END PUBLIC KEY-----\n",
                since,
                keyId.equals(key.keyId()));
    }

    private static @Nullable Long number(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return null;
        }
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw Parameters.bad("after is not a cursor of this list.");
        }
    }

    private void admit(
            Reader caller, String call, @Nullable String target, Map<String, String> filters) {
        if (!caller.inspectsAll()) {
            throw new ProblemException(ErrorCode.FORBIDDEN, "This is for auditors.");
        }
        journal.record(caller, call, target, new TreeMap<>(filters));
    }
}
