package dev.parley.audit.questions;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.audit.fixture.AuditService;
import dev.parley.audit.fixture.GeneratedRecord;
import dev.parley.audit.fixture.PlanWatch;
import dev.parley.audit.fixture.Surroundings;
import dev.parley.audit.fixture.TestDatabase;
import dev.parley.audit.fixture.Tokens;
import dev.parley.audit.store.SchemaMigration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * Every question has an index to go by, and need not walk through a whole table that grows. Those
 * for what is rare the planner answers so by itself, over as many rows as a test makes; for the
 * others it takes more until reading all is dearer.
 */
class QuestionPlansTest {

    private static final long MESSAGES = Long.getLong("messages", 400_000);

    /** In the names of questions that the planner answers by an index at this size too. */
    private static final String RARE = ": slow";

    @Test
    void everyQuestionIsAnsweredByAnIndex() {
        try (TestDatabase database = TestDatabase.large();
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
            new GeneratedRecord(audit, MESSAGES).make();
            String auditor = Tokens.of("the-auditor", "auditor");
            List<String> faults = new ArrayList<>();
            Set<String> common = new TreeSet<>();
            for (Map.Entry<String, Supplier<String>> question : new Questions().all().entrySet()) {
                PlanWatch.start();
                var answer = audit.get(auditor, "/api/audit/" + question.getValue().get());
                List<PlanWatch.Plans> plans = PlanWatch.stop();
                assertThat(answer.statusCode()).as(question.getKey()).isEqualTo(200);
                assertThat(plans).as(question.getKey()).isNotEmpty();
                for (PlanWatch.Plans plan : plans) {
                    if (walks(plan.byIndexes())
                            || walks(plan.chosen()) && question.getKey().contains(RARE)) {
                        faults.add(question.getKey() + "\n" + plan.chosen());
                    }
                    if (walks(plan.chosen())) {
                        common.add(question.getKey());
                    }
                }
            }
            assertThat(faults).as("the planner reads all for %s", common).isEmpty();
        }
    }

    private static boolean walks(String plan) {
        return !PlanReading.wholeTables(plan).isEmpty();
    }
}
