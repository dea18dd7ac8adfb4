package dev.parley.worker.provider;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Keys of providers, from a property or a file. */
final class ApiKeys {

    private ApiKeys() {}

    /** The key; null when neither names one. A file that cannot be read ends the start. */
    static @Nullable String of(String provider, @Nullable String key, @Nullable Path file) {
        if (key != null && !key.isBlank()) {
            return key;
        }
        if (file == null || file.toString().isBlank()) {
            return null;
        }
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "the key of provider " + provider + " cannot be read from " + file, e);
        }
    }
}
