package dev.parley.audit.web;

import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Reads for a person in a transaction that PostgreSQL itself narrows to what that person may see:
 * the role and the settings hold until its end and go by no other way. The conditions of the
 * queries are the first wall, this is the second.
 *
 * <p>Every question is planned for its own values, since which index serves best depends on them.
 */
@Component
public class RowSecurity {

    private static final String OWN = "parley_reader_own";
    private static final String TEAM = "parley_reader_team";
    private static final String ALL = "parley_reader_all";
    private static final String NARROW =
            "SELECT set_config('parley.reader', ?, true), set_config('parley.team', ?, true),"
                    + " set_config('plan_cache_mode', 'force_custom_plan', true),"
                    + " set_config('jit', 'off', true), set_config('role', ?, true)";

    private final JdbcClient database;
    private final TransactionTemplate transaction;

    RowSecurity(JdbcClient database, PlatformTransactionManager transactions) {
        this.database = database;
        this.transaction = new TransactionTemplate(transactions);
        transaction.setReadOnly(true);
    }

    /** As far as the reader may inspect; who does not inspect sees what is their own. */
    public <T> T inspecting(Reader reader, Supplier<T> work) {
        if (!reader.inspects()) {
            return own(reader, work);
        }
        return reader.teamScope() == null
                ? narrowed(ALL, reader.userId(), "", work)
                : narrowed(TEAM, reader.userId(), reader.teamScope(), work);
    }

    /** What is the reader's own, whatever else they may read. */
    public <T> T own(Reader reader, Supplier<T> work) {
        return narrowed(OWN, reader.userId(), "", work);
    }

    private <T> T narrowed(String role, String user, String team, Supplier<T> work) {
        return transaction.execute(status -> {
            database.sql(NARROW)
                    .param(user)
                    .param(team)
                    .param(role)
                    .query((row, number) -> true)
                    .single();
            return work.get();
        });
    }
}
