package dev.parley.standalone;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * As whom PostgreSQL's programs run. They refuse the superuser, who is nevertheless the usual user
 * of a container.
 */
enum ProgramUser {

    /** Whoever started this process. */
    SELF(List.of()),

    /**
     * The superuser, in a user name space where the kernel shows it as nobody. Files stay its own.
     */
    NAMESPACE(List.of("unshare", "--user")),

    /**
     * The account {@code nobody}, where name spaces are not allowed (most containers). It must own
     * the folder and reach it.
     */
    NOBODY(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"));

    private static final long PROBE_SECONDS_MAX = 10;

    private final List<String> prefix;

    ProgramUser(List<String> prefix) {
        this.prefix = prefix;
    }

    /** The first of the three that works here. */
    static ProgramUser detect() {
        if (!"0".equals(SELF.userId())) {
            return SELF;
        }
        return NAMESPACE.userId().equals("65534") ? NAMESPACE : NOBODY;
    }

    List<String> command(List<String> command) {
        List<String> whole = new ArrayList<>(prefix);
        whole.addAll(command);
        return whole;
    }

    /** Hands a folder over to the account that will write in it. */
    void own(Path folder) throws IOException {
        if (this == NOBODY) {
            Process chown =
                    new ProcessBuilder("chown", "-R", "65534:65534", folder.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            chown.onExit().join();
        }
    }

    /** The user id that a program started this way sees; empty when it cannot be started. */
    private String userId() {
        try {
            Process id =
                    new ProcessBuilder(command(List.of("id", "-u")))
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!id.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS) || id.exitValue() != 0) {
                id.destroyForcibly();
                return "";
            }
            return new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    .strip();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
