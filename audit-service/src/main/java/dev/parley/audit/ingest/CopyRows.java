package dev.parley.audit.ingest;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.BaseConnection;

/**
 * Rows on their way by COPY in text format (PostgreSQL manual, COPY, File Formats): tab between
 * columns, backslash escapes, {@code \N} for null. Sends what it has every {@value #CHUNK_CHARS}
 * characters, so that a batch is never held twice.
 */
final class CopyRows implements AutoCloseable {

    private static final int CHUNK_CHARS = 65_536;

    private final CopyIn copy;
    private final StringBuilder chunk = new StringBuilder(CHUNK_CHARS + 4_096);
    private boolean firstColumn = true;

    CopyRows(Connection connection, String target) throws SQLException {
        copy =
                connection
                        .unwrap(BaseConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY " + target + " FROM STDIN");
    }

    CopyRows text(@Nullable String value) {
        separate();
        if (value == null) {
            chunk.append("\\N");
            return this;
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> chunk.append("\\\\");
                case '\t' -> chunk.append("\\t");
                case '\n' -> chunk.append("\\n");
                case '\r' -> chunk.append("\\r");
                default -> chunk.append(c);
            }
        }
        return this;
    }

    CopyRows number(long value) {
        separate();
        chunk.append(value);
        return this;
    }

    CopyRows number(@Nullable Number value) {
        return text(
                value == null
                        ? null
                        : value instanceof BigDecimal decimal
                                ? decimal.toPlainString()
                                : value.toString());
    }

    CopyRows time(@Nullable Instant value) {
        return text(value == null ? null : value.toString());
    }

    CopyRows truth(boolean value) {
        return text(value ? "t" : "f");
    }

    void endRow() throws SQLException {
        chunk.append('\n');
        firstColumn = true;
        if (chunk.length() >= CHUNK_CHARS) {
            send();
        }
    }

    /** Returns when PostgreSQL has taken every row; throws what it says against one. */
    void finish() throws SQLException {
        send();
        copy.endCopy();
    }

    /** Without {@link #finish()} nothing is copied. */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            copy.cancelCopy();
        }
    }

    private void send() throws SQLException {
        byte[] bytes = chunk.toString().getBytes(StandardCharsets.UTF_8);
        chunk.setLength(0);
        copy.writeToCopy(bytes, 0, bytes.length);
    }

    private void separate() {
        if (!firstColumn) {
            chunk.append('\t');
        }
        firstColumn = false;
    }
}
