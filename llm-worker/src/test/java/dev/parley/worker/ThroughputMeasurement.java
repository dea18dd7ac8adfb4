package dev.parley.worker;

import static org.awaitility.Awaitility.await;

import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * Not a test: tokens a second through one worker on one core; run by hand. The worker is a process
 * of its own, and what counts is the processor time that it used, so that other load on the machine
 * changes little. Arguments: answers at once, tokens of each, tokens a second of each (0: as fast
 * as possible).
 */
final class ThroughputMeasurement {

    private static final Duration WARM_UP = Duration.ofSeconds(60);

    private ThroughputMeasurement() {}

    public static void main(String[] args) throws Exception {
        int answers = Integer.parseInt(args[0]);
        int tokens = Integer.parseInt(args[1]);
        String model = "demo:pace=%s,delay=0ms,tokens=%d".formatted(args[2], tokens);
        try (Broker broker = Broker.start()) {
            Process worker = start(broker.address(), answers);
            try {
                awaitTopics(broker.address());
                try (Log log = new Log(broker.address())) {
                    run(log, "warm", answers, model);
                    run(log, "warmer", answers, model);
                    Duration before = cpu(worker);
                    long began = System.nanoTime();
                    run(log, "measured", answers, model);
                    Duration took = Duration.ofNanos(System.nanoTime() - began);
                    Duration used = cpu(worker).minus(before);
                    long frames = 0;
                    for (int i = 0; i < answers; i++) {
                        frames += log.tokens("measured-" + i).size();
                    }
                    long all = (long) answers * tokens;
                    System.out.printf(
                            "%d answers of %d tokens at %s/s: %.0f tokens a second of processor"
                                    + " time, %.0f tokens a second of the clock, %.1f tokens a"
                                    + " frame, %.2f s of processor in %.2f s%n",
                            answers,
                            tokens,
                            args[2],
                            all / seconds(used),
                            all / seconds(took),
                            (double) all / frames,
                            seconds(used),
                            seconds(took));
                }
            } finally {
                worker.destroyForcibly().waitFor();
            }
        }
    }

    private static void run(Log log, String name, int answers, String model) {
        for (int i = 0; i < answers; i++) {
            log.put(Json.write(job(name + "-" + i, model)));
        }
        for (int i = 0; i < answers; i++) {
            log.awaitResult(name + "-" + i, AnswerCompleted.class);
        }
    }

    private static Job job(String id, String model) {
        return Log.job(id, model, Log.user("Tell me about the sea."));
    }

    private static Process start(String broker, int answers) throws Exception {
        ProcessBuilder builder =
                new ProcessBuilder(
                        List.of(
                                "taskset",
                                "-c",
                                "0",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                WorkerApplication.class.getName(),
                                "--parley.kafka.bootstrap-servers=" + broker,
                                "--parley.worker.concurrency=" + answers,
                                "--server.port=0"));
        builder.redirectErrorStream(true).redirectOutput(File.createTempFile("worker", ".log"));
        return builder.start();
    }

    /** Topics are the worker's to make. */
    private static void awaitTopics(String broker) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker))) {
            await("the worker's topics")
                    .atMost(WARM_UP)
                    .until(() ->
                            admin.listTopics()
                                    .names()
                                    .get()
                                    .contains(Topic.SESSIONS.deadLetterName()));
        }
    }

    private static Duration cpu(Process process) {
        return process.info().totalCpuDuration().orElseThrow();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
