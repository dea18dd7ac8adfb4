package dev.parley.audit.journal;

import dev.parley.audit.vault.MasterKey;
import dev.parley.audit.web.Conditions;
import dev.parley.audit.web.Cursor;
import dev.parley.audit.web.Page;
import dev.parley.audit.web.Parameters;
import dev.parley.schemas.Json;
import dev.parley.schemas.vault.CipherException;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/** Lists who read what, with the filters opened. */
@Component
class ReadLog {

    /**
     * A read.
     *
     * @param filters as they were given; null when they cannot be opened
     */
    record Read(
            long id,
            Instant at,
            String reader,
            String role,
            String call,
            @Nullable String target,
            @Nullable JsonNode filters) {}

    private final JdbcClient database;
    private final byte[] key;
    private final PersonCipher cipher = new PersonCipher(new SecureRandom());

    ReadLog(JdbcClient database, MasterKey masterKey) {
        this.database = database;
        this.key = masterKey.derive(ReadJournal.KEY_ID);
    }

    /** Newest first; filters are {@code reader}, {@code call}, {@code from} and {@code to}. */
    Page<Read> list(Map<String, String> parameters) {
        Cursor after = Cursor.decoded(parameters.get("after"));
        int limit = Parameters.limit(parameters);
        Conditions conditions =
                new Conditions()
                        .and("reader = ?", Parameters.filter("reader", parameters.get("reader")))
                        .and("call = ?", Parameters.filter("call", parameters.get("call")))
                        .and("at >= ?", Parameters.time("from", parameters.get("from")))
                        .and("at < ?", Parameters.time("to", parameters.get("to")));
        if (after != null) {
            conditions.and("(at, id) < (?, ", after.at(), "?)", after.number());
        }
        return Page.of(
                database.sql(
                                "SELECT id, at, reader, role, call, target, filters_sealed"
                                        + " FROM audit_reads WHERE "
                                        + conditions.sql()
                                        + " ORDER BY at DESC, id DESC LIMIT ?")
                        .params(conditions.values())
                        .param(limit + 1)
                        .query((row, number) -> read(row))
                        .list(),
                limit,
                last -> new Cursor(last.at(), Long.toString(last.id())),
                all -> all);
    }

    private Read read(ResultSet row) throws SQLException {
        String call = row.getString(5);
        return new Read(
                row.getLong(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                row.getString(3),
                row.getString(4),
                call,
                row.getString(6),
                opened(call, row.getString(7)));
    }

    private @Nullable JsonNode opened(String call, String sealed) {
        try {
            return Json.tree(
                    cipher.open(key, call, new SealedText(ReadJournal.KEY_ID, sealed))
                            .getBytes(StandardCharsets.UTF_8));
        } catch (CipherException e) {
            return null;
        }
    }
}
