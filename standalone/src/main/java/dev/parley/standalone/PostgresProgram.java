package dev.parley.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's own programs for this machine, unpacked once from the class path.
 *
 * <p>The folder is named after the archive's checksum, so that another version is unpacked beside
 * it and an unpacking that was interrupted is never used.
 */
record PostgresProgram(Path home) {

    private static final int OWNER_EXECUTE = 0100;

    /**
     * Unpacks into {@code parent} unless that was done before. Takes about a second the first time.
     */
    static PostgresProgram unpacked(Path parent) {
        String archive = "postgres-" + operatingSystem() + "-" + architecture() + ".txz";
        URL resource = PostgresProgram.class.getClassLoader().getResource(archive);
        if (resource == null) {
            throw new IllegalStateException(
                    "There is no PostgreSQL for "
                            + System.getProperty("os.name")
                            + " on "
                            + System.getProperty("os.arch")
                            + " in this build; set PARLEY_DB_URL to one that runs");
        }
        try {
            Path home = parent.resolve("postgres-" + Long.toHexString(checksum(resource)));
            if (Files.notExists(home)) {
                unpack(resource, parent, home);
            }
            return new PostgresProgram(home);
        } catch (IOException e) {
            throw new UncheckedIOException("PostgreSQL could not be unpacked into " + parent, e);
        }
    }

    String executable(String name) {
        return home.resolve("bin").resolve(name).toString();
    }

    private static void unpack(URL resource, Path parent, Path home) throws IOException {
        Files.createDirectories(parent);
        Path unfinished = Files.createTempDirectory(parent, "unpacking-");
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(resource.openStream()))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                if (isNeeded(entry)) {
                    write(entry, tar, unfinished);
                }
            }
        }
        // Created for its owner alone; the programs may have to run as another user.
        Files.setPosixFilePermissions(unfinished, permissions(true));
        try {
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileSystemException e) {
            // Somebody else who starts at this moment was quicker.
            if (Files.notExists(home)) {
                throw e;
            }
            deleteTree(unfinished);
        }
    }

    /** Headers and static libraries are for compiling against it: half of the archive's files. */
    private static boolean isNeeded(TarArchiveEntry entry) {
        String name = entry.getName();
        return !entry.isDirectory() && !name.endsWith(".a") && !name.contains("META-INF/");
    }

    private static void write(TarArchiveEntry entry, InputStream content, Path root)
            throws IOException {
        Path file = root.resolve(entry.getName()).normalize();
        if (!file.startsWith(root)) {
            throw new IOException("An archive entry leaves its folder: " + entry.getName());
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, file);
            Files.setPosixFilePermissions(
                    file, permissions((entry.getMode() & OWNER_EXECUTE) != 0));
        }
    }

    private static Set<PosixFilePermission> permissions(boolean executable) {
        Set<PosixFilePermission> permissions =
                EnumSet.of(
                        PosixFilePermission.OWNER_READ,
                        PosixFilePermission.OWNER_WRITE,
                        PosixFilePermission.GROUP_READ,
                        PosixFilePermission.OTHERS_READ);
        if (executable) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
            permissions.add(PosixFilePermission.GROUP_EXECUTE);
            permissions.add(PosixFilePermission.OTHERS_EXECUTE);
        }
        return permissions;
    }

    static void deleteTree(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            for (Path path : tree.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(path);
            }
        }
    }

    /** The jar's directory has it: reading 15 MB at each start to learn it would be a waste. */
    private static long checksum(URL resource) throws IOException {
        URLConnection connection = resource.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return jar.getJarEntry().getCrc();
        }
        return connection.getContentLengthLong();
    }

    private static String operatingSystem() {
        String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        return name.contains("mac") ? "darwin" : name.split(" ", 2)[0];
    }

    private static String architecture() {
        return switch (System.getProperty("os.arch")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            case String other -> other;
        };
    }
}
