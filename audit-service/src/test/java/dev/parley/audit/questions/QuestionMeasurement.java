package dev.parley.audit.questions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.GeneratedRecord;
import dev.parley.audit.fixture.PlanWatch;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.fixture.Tokens;
import dev.parley.audit.store.SchemaMigration;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Asks every question many times over a record of {@code -Dmessages} (default 5 million), over
 * HTTP, and prints the times. Not among the tests; named with {@code -Dtest=QuestionMeasurement}.
 * Fails when a plan walks a whole table that grows or a 99th percentile is over {@code -Dlimit.ms}.
 */
class QuestionMeasurement {

    private static final long MESSAGES = Long.getLong("messages", 5_000_000);
    private static final int WARM = 3;
    private static final int TIMES = Integer.getInteger("times", 40);

    /** In the names of the questions that are asked (default: all). */
    private static final String WANTED = System.getProperty("wanted", "");

    private static final long LIMIT_MS = Long.getLong("limit.ms", 300);

    @Test
    void questions() throws Exception {
        String kept = System.getProperty("database");
        try (TestDatabase database =
                        kept == null ? TestDatabase.large() : TestDatabase.large(Path.of(kept));
                AuditService audit =
                        AuditService.startWith(
                                PlanWatch.class,
                                Surroundings.shared().broker().bootstrapServers(),
                                database.url(),
                                "--parley.ingest.enabled=false",
                                "--parley.search.enabled=false",
                                "--parley.keeping.enabled=false",
                                "--parley.exports.enabled=false",
                                "--parley.usage.enabled=false",
                                "--spring.datasource.hikari.data-source-properties.socketTimeout=0")) {
            Awaitility.await("the schema")
                    .atMost(Surroundings.PATIENCE)
                    .until(() -> audit.bean(SchemaMigration.class).isReady());
            StringBuilder report = new StringBuilder(made(audit));
            if (Boolean.getBoolean("make.only")) {
                System.out.println(report);
                return;
            }
            report.append("| question | p50 ms | p99 ms |\n| --- | --- | --- |\n");
            List<String> faults = new ArrayList<>();
            String auditor = Tokens.of("the-auditor", "auditor");
            for (Map.Entry<String, Supplier<String>> question : new Questions().all().entrySet()) {
                if (!question.getKey().contains(WANTED)) {
                    continue;
                }
                measure(audit, auditor, question, report, faults);
            }
            System.out.println(report);
            Files.writeString(
                    Path.of("target/questions.md"), report + "\n" + String.join("\n", faults));
            assertThat(faults).isEmpty();
        }
    }

    /** Makes the record unless it is there; says how long that took. */
    private static String made(AuditService audit) {
        boolean there =
                audit.database()
                        .sql("SELECT EXISTS (SELECT 1 FROM usage_days)")
                        .query(Boolean.class)
                        .single();
        if (there) {
            return "";
        }
        long began = System.nanoTime();
        new GeneratedRecord(audit, MESSAGES).make();
        double seconds = (System.nanoTime() - began) / 1e9;
        return String.format(
                Locale.ROOT,
                "%,d messages made, indexed and analysed in %.0f s: %,.0f a second%n%n",
                MESSAGES,
                seconds,
                MESSAGES / seconds);
    }

    private static void measure(
            AuditService audit,
            String auditor,
            Map.Entry<String, Supplier<String>> question,
            StringBuilder report,
            List<String> faults) {
        PlanWatch.start();
        for (int i = 0; i < WARM; i++) {
            var answer = audit.get(auditor, "/api/audit/" + question.getValue().get());
            assertThat(answer.statusCode()).as(question.getKey()).isEqualTo(200);
        }
        for (PlanWatch.Plans plans : PlanWatch.stop()) {
            if (!PlanReading.wholeTables(plans.chosen()).isEmpty()) {
                faults.add(question.getKey() + ":\n" + plans.chosen());
            }
        }
        double[] times = new double[TIMES];
        for (int i = 0; i < TIMES; i++) {
            String path = "/api/audit/" + question.getValue().get();
            long began = System.nanoTime();
            audit.get(auditor, path);
            times[i] = (System.nanoTime() - began) / 1e6;
        }
        Arrays.sort(times);
        double p99 = times[(int) Math.ceil(TIMES * 0.99) - 1];
        report.append(
                String.format(
                        Locale.ROOT,
                        "| %s | %.1f | %.1f |%n",
                        question.getKey(),
                        times[TIMES / 2],
                        p99));
        if (p99 > LIMIT_MS) {
            faults.add(question.getKey() + " has a p99 of " + Math.round(p99) + " ms");
        }
    }
}
