package dev.parley.gateway.access;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Names with {@code *} (any text) and {@code ?} (one character). */
final class Glob {

    private Glob() {}

    static boolean isGlob(String name) {
        return name.indexOf('*') >= 0 || name.indexOf('?') >= 0;
    }

    /** Whether any of {@code patterns} fits; absent patterns fit everything. */
    static boolean anyMatches(@Nullable List<String> patterns, String name) {
        return patterns == null || patterns.stream().anyMatch(p -> matches(p, name));
    }

    /** Linear in time: only the last {@code *} is ever gone back to. */
    static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int mark = 0;
        while (n < name.length()) {
            if (p < pattern.length()
                    && (pattern.charAt(p) == '?' || pattern.charAt(p) == name.charAt(n))
                    && pattern.charAt(p) != '*') {
                p++;
                n++;
            } else if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = n;
            } else if (star >= 0) {
                p = star + 1;
                n = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
