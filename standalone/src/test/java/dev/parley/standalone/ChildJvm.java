package dev.parley.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A JVM with this test's class path, to be killed or to be seen ending. */
final class ChildJvm {

    private static final Map<Process, Path> OUTPUTS = new ConcurrentHashMap<>();

    private ChildJvm() {}

    static Process start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("-Xmx256m", "-XX:+UseSerialGC", "--enable-native-access=ALL-UNNAMED"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("child-jvm", ".out");
        output.toFile().deleteOnExit();
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        OUTPUTS.put(process, output);
        return process;
    }

    static boolean said(Process process, String text) {
        return output(process).contains(text);
    }

    static String output(Process process) {
        try {
            return Files.readString(OUTPUTS.get(process));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
