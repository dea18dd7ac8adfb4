package dev.parley.audit.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A WHERE clause that grows by the filters that were given; values are always parameters. */
public final class Conditions {

    private final StringBuilder sql = new StringBuilder("true");
    private final List<Object> values = new ArrayList<>();

    /** Adds a condition with one {@code ?} unless the value is absent. */
    public Conditions and(String condition, @Nullable Object value) {
        if (value != null) {
            sql.append(" AND ").append(condition);
            values.add(sqlValue(value));
        }
        return this;
    }

    /** Adds a condition with two values. */
    public Conditions and(String condition, Object value, String rest, Object second) {
        sql.append(" AND ").append(condition).append(rest);
        values.add(sqlValue(value));
        values.add(sqlValue(second));
        return this;
    }

    /** Adds a condition that encloses others. */
    public Conditions and(String before, Conditions inner, String after) {
        sql.append(" AND ").append(before).append(inner.sql).append(after);
        values.addAll(inner.values);
        return this;
    }

    /** Adds a condition without a value. */
    public Conditions and(String condition) {
        sql.append(" AND ").append(condition);
        return this;
    }

    /** Rows after the cursor in descending order of {@code timeColumn} and {@code idColumn}. */
    public Conditions after(String timeColumn, String idColumn, @Nullable Cursor cursor) {
        if (cursor != null) {
            sql.append(" AND (%s, %s) < (?, ?)".formatted(timeColumn, idColumn));
            values.add(sqlValue(cursor.at()));
            values.add(cursor.id());
        }
        return this;
    }

    /** The clause without its WHERE. */
    public String sql() {
        return sql.toString();
    }

    public List<Object> values() {
        return values;
    }

    private static Object sqlValue(Object value) {
        return value instanceof Instant time ? time.atOffset(ZoneOffset.UTC) : value;
    }
}
