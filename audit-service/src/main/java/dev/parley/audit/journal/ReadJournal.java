package dev.parley.audit.journal;

import dev.parley.audit.store.AuditRead;
import dev.parley.audit.store.AuditReads;
import dev.parley.audit.vault.MasterKey;
import dev.parley.audit.web.Reader;
import dev.parley.schemas.Json;
import dev.parley.schemas.vault.PersonCipher;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Writes down who reads what, before it is answered: what cannot be written down is not answered.
 * Filters may repeat a person's words and are sealed with a key of this service.
 */
@Component
public final class ReadJournal {

    static final String KEY_ID = "audit-reads";

    private final AuditReads reads;
    private final Clock clock;
    private final byte[] key;
    private final PersonCipher cipher = new PersonCipher(new SecureRandom());

    ReadJournal(AuditReads reads, MasterKey masterKey, Clock clock) {
        this.reads = reads;
        this.clock = clock;
        this.key = masterKey.derive(KEY_ID);
    }

    /**
     * @param call for example {@code conversations/verify}
     * @param target the id that was asked for, if one
     */
    public void record(
            Reader reader, String call, @Nullable String target, Map<String, String> filters) {
        reads.save(
                new AuditRead(
                        clock.instant(),
                        reader.userId(),
                        reader.role(),
                        call,
                        target,
                        cipher.seal(key, KEY_ID, call, Json.writeText(filters)).sealed()));
    }
}
