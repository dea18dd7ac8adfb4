package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AttemptStarted;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** One worker with the demonstration model: what a job becomes in the log. */
class WorkerTest {

    private static Broker broker;
    private static ConfigurableApplicationContext worker;
    private static Log log;

    @BeforeAll
    static void start() {
        broker = Broker.start();
        worker =
                WorkerApplication.application()
                        .run(
                                "--parley.kafka.bootstrap-servers=" + broker.address(),
                                "--server.port=0",
                                "--parley.worker.concurrency=16",
                                "--parley.demo.tokens-per-second=2000",
                                "--parley.demo.first-token-delay=0ms");
        log = new Log(broker.address());
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
        worker.close();
        broker.close();
    }

    @Test
    void streamsAnAnswerToTheLaneAndItsEndToTheResults() {
        log.put(Log.job("m-1", null, Log.user("Hello there")));

        AnswerCompleted end = log.awaitResult("m-1", AnswerCompleted.class);

        assertThat(log.results("m-1").getFirst()).isInstanceOf(AttemptStarted.class);
        assertThat(end.finishReason()).isEqualTo("stop");
        assertThat(end.model()).isEqualTo("demo");
        assertThat(end.answer()).contains("demonstration").contains("Hello there");
        assertThat(log.text("m-1")).isEqualTo(end.answer());
        assertThat(log.tokens("m-1")).extracting(t -> t.seq()).startsWith(0L);
        await().atMost(Log.WITHIN)
                .untilAsserted(() ->
                        assertThat(log.checkpoints("m-1"))
                                .extracting(Checkpoint::name)
                                .containsExactly(
                                        "worker_started",
                                        "llm_thinking",
                                        "first_token",
                                        "llm_complete"));
    }
}
