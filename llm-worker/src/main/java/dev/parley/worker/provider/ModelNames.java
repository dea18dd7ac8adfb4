package dev.parley.worker.provider;

import java.util.List;

/** Names of models and globs over them: {@code *} stands for any characters, none included. */
public final class ModelNames {

    private ModelNames() {}

    public static boolean matches(String glob, String name) {
        String[] parts = glob.split("\\*", -1);
        if (parts.length == 1) {
            return glob.equals(name);
        }
        String last = parts[parts.length - 1];
        if (!name.startsWith(parts[0])
                || !name.endsWith(last)
                || name.length() < parts[0].length() + last.length()) {
            return false;
        }
        int at = parts[0].length();
        int end = name.length() - last.length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = name.indexOf(parts[i], at);
            if (found < 0 || found + parts[i].length() > end) {
                return false;
            }
            at = found + parts[i].length();
        }
        return true;
    }

    /**
     * How exactly the globs name it: more for a longer glob, most for the name itself; −1 when none
     * matches.
     */
    public static int exactness(List<String> globs, String name) {
        int best = -1;
        for (String glob : globs) {
            if (glob.equals(name)) {
                return Integer.MAX_VALUE;
            }
            if (matches(glob, name)) {
                best = Math.max(best, glob.length());
            }
        }
        return best;
    }
}
