package dev.parley.orchestrator.core;

/** Names with {@code *} for any characters, none included; everything else stands for itself. */
public final class Glob {

    private Glob() {}

    public static boolean matches(String glob, String name) {
        return dev.parley.schemas.right.Glob.matches(glob, name);
    }

    static boolean isLiteral(String glob) {
        return glob.indexOf('*') < 0;
    }
}
