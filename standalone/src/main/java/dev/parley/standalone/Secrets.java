package dev.parley.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Secrets that are made at the first start and kept, one file each, readable by their owner alone.
 *
 * <p>A file appears whole and flushed, or not at all: losing the master key to a crash would lose
 * every text that was encrypted with it.
 */
record Secrets(Path directory) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int KEY_BYTES = 32;
    private static final int PASSWORD_CHARS = 12;

    /** No character that another one is mistaken for: a person copies it from a terminal. */
    private static final String PASSWORD_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789";

    /** Makes the folder when it is absent; one that exists keeps its permissions. */
    static Secrets in(Path directory) {
        try {
            if (Files.notExists(directory)) {
                Files.createDirectories(directory);
                Files.setPosixFilePermissions(
                        directory, PosixFilePermissions.fromString("rwx------"));
            }
            return new Secrets(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the file says, or what {@code source} makes for it now. */
    String keep(String name, Supplier<String> source) {
        Path file = directory.resolve(name);
        try {
            if (Files.exists(file)) {
                return Files.readString(file).strip();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The secret " + file + " cannot be kept", e);
        }
        String secret = source.get();
        put(name, secret + "\n");
        return secret;
    }

    /** Writes the file anew. */
    void put(String name, String content) {
        Path file = directory.resolve(name);
        try {
            Path unfinished =
                    Files.createTempFile(
                            directory,
                            name,
                            ".new",
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")));
            try (FileChannel channel =
                    FileChannel.open(unfinished, Set.of(StandardOpenOption.WRITE))) {
                ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("The secret " + file + " cannot be kept", e);
        }
    }

    /** 32 random bytes as base64: a key for HMAC-SHA-256 and for AES-256. */
    static String randomKey() {
        return Base64.getEncoder().encodeToString(randomBytes());
    }

    /** 32 random bytes in letters, digits, {@code -} and {@code _}. */
    static String randomText() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(randomBytes());
    }

    /** About 59 bits, easy to copy by eye. */
    static String randomPassword() {
        return RANDOM.ints(PASSWORD_CHARS, 0, PASSWORD_ALPHABET.length())
                .mapToObj(i -> String.valueOf(PASSWORD_ALPHABET.charAt(i)))
                .reduce("", String::concat);
    }

    private static byte[] randomBytes() {
        byte[] bytes = new byte[KEY_BYTES];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
