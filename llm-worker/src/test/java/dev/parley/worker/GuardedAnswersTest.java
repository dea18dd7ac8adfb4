package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.ResultEvent;
import dev.parley.schemas.record.ResultEvent.AnswerFailed;
import dev.parley.worker.provider.FakeService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** A worker whose guard has rules: what it blocks reaches neither the model nor the lane. */
class GuardedAnswersTest {

    private static Broker broker;
    private static FakeService service;
    private static ConfigurableApplicationContext worker;
    private static Log log;

    @BeforeAll
    static void start() {
        broker = Broker.start();
        service = new FakeService(FakeService.saying("Hello"));
        worker =
                WorkerApplication.application()
                        .run(
                                "--parley.kafka.bootstrap-servers=" + broker.address(),
                                "--server.port=0",
                                "--parley.worker.concurrency=4",
                                "--parley.provider.base-url=" + service.baseUrl(),
                                "--parley.provider.model=m",
                                "--parley.guard.enabled=true",
                                "--parley.guard.rules[0].name=sesame",
                                "--parley.guard.rules[0].pattern=open sesame",
                                "--parley.guard.rules[0].message=Not here.",
                                "--parley.guard.rules[1].name=rude",
                                "--parley.guard.rules[1].pattern=fool",
                                "--parley.guard.rules[1].verdict=warn",
                                "--parley.guard.hold-chars=20");
        log = new Log(broker.address());
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
        worker.close();
        service.close();
        broker.close();
    }

    @Test
    void theGuardStopsAQuestionBeforeTheModelHearsIt() {
        int before = service.received().size();
        log.put(Log.job("guard-1", null, Log.user("Please OPEN SESAME now")));

        AnswerFailed end = log.awaitResult("guard-1", AnswerFailed.class);

        assertThat(end.code().code()).isEqualTo("forbidden");
        assertThat(end.error()).isEqualTo("Not here.");
        assertThat(service.received()).hasSize(before);
        assertThat(log.results("guard-1"))
                .filteredOn(ResultEvent.GuardReported.class::isInstance)
                .hasSize(1);
        Awaitility.await()
                .atMost(Log.WITHIN)
                .untilAsserted(() ->
                        assertThat(log.checkpoints("guard-1"))
                                .anySatisfy(c -> {
                                    assertThat(c.name()).isEqualTo("security_check");
                                    assertThat(c.status()).isEqualTo("refused");
                                }));
    }

    @Test
    void theGuardHoldsBackWhatItBlocksAndWarnsOfTheRest() {
        service.always(
                FakeService.saying("You ", "fool, ", "say ", "open ", "ses", "ame ", "and go."));
        log.put(Log.job("guard-2", null, Log.user("What is the word?")));

        AnswerFailed end = log.awaitResult("guard-2", AnswerFailed.class);

        assertThat(end.code().code()).isEqualTo("forbidden");
        assertThat(end.partialAnswer()).isEqualTo(log.text("guard-2")).doesNotContain("sesame");
    }
}
