package dev.parley.e2e.system;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The system that test classes share. There is one at a time, since even an idle one takes its part
 * of the machine: whoever asks for another kind ends the one before, and {@link SuiteOrder} keeps
 * those together that ask for the same.
 */
final class SharedSystem implements AutoCloseable {

    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(SharedSystem.class);

    private @Nullable AutoCloseable running;

    private SharedSystem() {}

    /** The one that runs if it is of this type, or else a new one. */
    static synchronized <T extends AutoCloseable> T of(
            ExtensionContext context, Class<T> type, Supplier<T> start) {
        SharedSystem shared =
                context.getRoot()
                        .getStore(NAMESPACE)
                        .computeIfAbsent(
                                SharedSystem.class, key -> new SharedSystem(), SharedSystem.class);
        if (!type.isInstance(shared.running)) {
            shared.close();
            shared.running = start.get();
        }
        return type.cast(shared.running);
    }

    @Override
    public void close() {
        AutoCloseable last = running;
        running = null;
        if (last == null) {
            return;
        }
        try {
            last.close();
        } catch (Exception e) {
            throw new IllegalStateException("a shared system could not be ended", e);
        }
    }
}
