package dev.parley.standalone;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the one-command run keeps, held by one run at a time.
 *
 * <pre>
 * .parley     marks the folder as ours; nothing is deleted in a folder without it
 * lock        held while a run lives; names its process and address
 * kafka/      the broker's log: the record of everything
 * postgres/   cluster/ program/ password postgres.log
 * state/      what a service keeps beside the log and can make again from it
 * exports/    files of bulk exports
 * secrets/    jwt-secret master-key demo-password, each readable by its owner alone
 * logs/       parley.log and its predecessors
 * </pre>
 */
final class DataFolder implements AutoCloseable {

    private static final String MARKER = ".parley";
    private static final String LOCK = "lock";
    private static final List<String> CONTENTS =
            List.of("kafka", "postgres", "state", "exports", "secrets", "logs");

    /** The programs, a fresh cluster and a fresh log take about 150 MB. */
    private static final long FREE_BYTES_FIRST_START_MIN = 256L << 20;

    private static final long FREE_BYTES_MIN = 32L << 20;

    private final Path root;
    private final FileChannel lockFile;

    private DataFolder(Path root, FileChannel lockFile) {
        this.root = root;
        this.lockFile = lockFile;
    }

    /**
     * Takes the folder for this process.
     *
     * @param fresh whether to delete what earlier runs left; only ever in a folder that they marked
     * @throws StartFailure with a sentence, when another run has it or it cannot be used
     */
    static DataFolder open(Path path, boolean fresh) {
        Path root = path.toAbsolutePath().normalize();
        boolean marked = Files.exists(root.resolve(MARKER));
        if (!marked) {
            refuseForeign(root, fresh);
        }
        FileChannel lockFile = null;
        try {
            Files.createDirectories(root);
            lockFile = lock(root);
            if (fresh) {
                empty(root);
            }
            Files.writeString(
                    root.resolve(MARKER),
                    "Made by ./parley run, which deletes it with --fresh. Move it as a whole.\n");
            for (String name : CONTENTS) {
                makePrivate(root.resolve(name));
            }
            DataFolder folder = new DataFolder(root, lockFile);
            folder.requireSpace(marked && !fresh ? FREE_BYTES_MIN : FREE_BYTES_FIRST_START_MIN);
            return folder;
        } catch (IOException e) {
            close(lockFile);
            throw new StartFailure(ExitCode.DATA_FOLDER, unusable(root, e), e);
        } catch (StartFailure e) {
            close(lockFile);
            throw e;
        }
    }

    Path kafka() {
        return root.resolve("kafka");
    }

    Path postgres() {
        return root.resolve("postgres");
    }

    /** For one service's own files. */
    Path state(String service) {
        return root.resolve("state").resolve(service);
    }

    Path exports() {
        return root.resolve("exports");
    }

    Path logs() {
        return root.resolve("logs");
    }

    Secrets secrets() {
        return Secrets.in(root.resolve("secrets"));
    }

    Path root() {
        return root;
    }

    /** Tells a second start where this one answers. */
    void announce(String address) throws IOException {
        write(lockFile, address);
    }

    /** Lets the next run in. The file stays: deleting it would let two runs lock two files. */
    @Override
    public void close() {
        close(lockFile);
    }

    private static void refuseForeign(Path root, boolean fresh) {
        if (Files.exists(root) && !Files.isDirectory(root)) {
            throw new StartFailure(ExitCode.DATA_FOLDER, root + " is a file, not a folder.");
        }
        if (!Files.isDirectory(root)) {
            return;
        }
        List<String> existing = names(root);
        if (fresh && !existing.isEmpty()) {
            throw new StartFailure(
                    ExitCode.DATA_FOLDER,
                    root
                            + " was not made by Parley, so --fresh deletes nothing there; choose"
                            + " another folder with --data.");
        }
        if (existing.stream().anyMatch(CONTENTS::contains)) {
            throw new StartFailure(
                    ExitCode.DATA_FOLDER,
                    root
                            + " holds files of something else; choose another folder with"
                            + " --data.");
        }
    }

    private static List<String> names(Path root) {
        try (Stream<Path> children = Files.list(root)) {
            return children.map(child -> child.getFileName().toString()).toList();
        } catch (IOException e) {
            throw new StartFailure(ExitCode.DATA_FOLDER, unusable(root, e), e);
        }
    }

    private static void empty(Path root) throws IOException {
        for (String name : CONTENTS) {
            Path content = root.resolve(name);
            if (Files.isSymbolicLink(content)) {
                Files.delete(content);
            } else if (Files.exists(content)) {
                PostgresProgram.deleteTree(content);
            }
        }
    }

    /** The broker's log holds what people wrote. */
    private static void makePrivate(Path content) throws IOException {
        if (Files.notExists(content)) {
            Files.createDirectory(
                    content,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
        }
    }

    private static FileChannel lock(Path root) throws IOException {
        Path file = root.resolve(LOCK);
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Held by this very process: answered like any other holder.
        }
        if (lock == null) {
            channel.close();
            throw new StartFailure(
                    ExitCode.ALREADY_RUNNING,
                    "Parley already runs in "
                            + root
                            + " ("
                            + holder(file)
                            + "); stop it first, or choose another folder with --data.");
        }
        write(channel, "starting");
        return channel;
    }

    private static String holder(Path file) throws IOException {
        return Files.readString(file).strip();
    }

    private static void write(FileChannel channel, String address) throws IOException {
        String line = "process " + ProcessHandle.current().pid() + ", " + address + "\n";
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8)), 0);
    }

    private void requireSpace(long bytes) throws IOException {
        long usable = Files.getFileStore(root).getUsableSpace();
        if (usable < bytes) {
            throw new StartFailure(
                    ExitCode.DATA_FOLDER,
                    "The disk of "
                            + root
                            + " is full: "
                            + (usable >> 20)
                            + " MB are free and "
                            + (bytes >> 20)
                            + " MB are needed; make room, or choose another folder with --data.");
        }
    }

    private static String unusable(Path root, IOException e) {
        if (String.valueOf(e.getMessage()).contains("No space left")) {
            return "The disk of "
                    + root
                    + " is full; make room, or choose another folder with --data.";
        }
        return root + " cannot be written; choose another folder with --data.";
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new StartFailure(ExitCode.DATA_FOLDER, "The lock cannot be released.", e);
            }
        }
    }
}
