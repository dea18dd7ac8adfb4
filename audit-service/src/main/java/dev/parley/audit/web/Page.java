package dev.parley.audit.web;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A list's answer; {@code next} is null at the end and is then written as null. */
public record Page<T>(
        List<T> items, @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable String next) {

    /** Of rows that were asked for with one more than {@code limit}. */
    public static <R, T> Page<T> of(
            List<R> rows, int limit, Function<R, Cursor> cursor, Function<List<R>, List<T>> items) {
        boolean more = rows.size() > limit;
        List<R> shown = more ? rows.subList(0, limit) : rows;
        return new Page<>(
                items.apply(shown), more ? cursor.apply(shown.getLast()).encoded() : null);
    }
}
