package dev.parley.audit.ingest;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Whose fault a failed batch is, by the class of its SQLSTATE (PostgreSQL manual, appendix A). */
enum SqlFault {
    /** A row that PostgreSQL will never take; without it the others pass. */
    ROW,
    /** Anything else: the connection, a lock, the disk, the schema. Waiting may help. */
    PASSING;

    static SqlFault of(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && isOfRow(state) ? ROW : PASSING;
    }

    private static boolean isOfRow(@Nullable String state) {
        return state != null
                && (state.startsWith("22") // data exception
                        || state.startsWith("23") // constraint violation
                        || state.startsWith("54")); // limit exceeded, for example an index row
    }
}
