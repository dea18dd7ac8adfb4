package dev.parley.bench.report;

import dev.parley.schemas.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.SerializationFeature;

/** Where reports are written: {@code bench.html}, {@code bench.json} and {@code bench.md}. */
public final class ReportFolder {

    private final Path folder;

    public ReportFolder(Path folder) {
        this.folder = folder;
    }

    /** Writes all three and returns the page. */
    public Path write(Report report) throws IOException {
        Files.createDirectories(folder);
        Path page = folder.resolve("bench.html");
        Files.writeString(page, Page.html(report));
        writeSummary(report, "bench");
        return page;
    }

    /** Writes what is worth committing: the summary and the figures. */
    public void publish(Report report) throws IOException {
        Files.createDirectories(folder);
        writeSummary(report, "latest");
    }

    /** The summary, for a terminal. */
    public static String text(Report report) {
        return Summary.markdown(report);
    }

    private void writeSummary(Report report, String name) throws IOException {
        Files.writeString(folder.resolve(name + ".md"), Summary.markdown(report));
        Files.write(folder.resolve(name + ".json"), json(report));
    }

    static byte[] json(Report report) {
        String text =
                Json.mapper()
                        .writer()
                        .with(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(report);
        return (text + "\n").getBytes(StandardCharsets.UTF_8);
    }
}
