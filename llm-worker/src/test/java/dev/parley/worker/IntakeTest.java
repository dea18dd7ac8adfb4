package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.autoconfigure.Instance;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topic;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Job;
import dev.parley.schemas.record.ResultEvent.AnswerCompleted;
import dev.parley.schemas.record.ResultEvent.AnswerFailed;
import dev.parley.schemas.record.ResultEvent.AttemptStarted;
import dev.parley.worker.provider.FakeService;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.context.ConfigurableApplicationContext;

/** Jobs of the share group, in a worker with a real provider behind HTTP, and their ends. */
class IntakeTest {

    private static Broker broker;
    private static FakeService service;
    private static ConfigurableApplicationContext worker;
    private static Log log;

    @BeforeAll
    static void start() {
        broker = Broker.start();
        service = new FakeService(FakeService.saying("Hello", " there"));
        worker = worker();
        log = new Log(broker.address());
    }

    @AfterAll
    static void stop() throws Exception {
        log.close();
        worker.close();
        service.close();
        broker.close();
    }

    private static ConfigurableApplicationContext worker() {
        String[] arguments =
                List.of(
                                "--parley.kafka.bootstrap-servers=" + broker.address(),
                                "--server.port=0",
                                "--parley.worker.concurrency=4",
                                "--parley.worker.attempts-max=3",
                                "--parley.worker.drain=300ms",
                                "--parley.provider.base-url=" + service.baseUrl(),
                                "--parley.provider.model=m",
                                "--parley.provider.idle-timeout=60s",
                                "--parley.demo.tokens-per-second=200",
                                "--parley.demo.first-token-delay=0ms")
                        .toArray(String[]::new);
        return WorkerApplication.application().run(arguments);
    }

    /** Streams one word, and then waits for the latch or for the client to leave. */
    private static FakeService.Script heldBy(CountDownLatch latch) {
        return exchange -> {
            exchange.startStream();
            exchange.send(FakeService.delta("Hello"));
            try {
                latch.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            exchange.send(FakeService.finish("stop") + FakeService.DONE);
            exchange.end();
        };
    }

    @Test
    void anAnswerOfTheProviderWithItsUsage() {
        log.put(Log.job("i-1", null, Log.user("Hi")));

        AnswerCompleted end = log.awaitResult("i-1", AnswerCompleted.class);

        assertThat(end.answer()).isEqualTo("Hello there").isEqualTo(log.text("i-1"));
        assertThat(end.model()).isEqualTo("m");
        assertThat(end.usage().estimated()).isFalse();
        assertThat(end.usage().input()).isEqualTo(11);
    }

    @Test
    void theDemonstrationStaysAvailableBesideAProvider() {
        log.put(Log.job("i-2", "demo:echo", Log.user("a\u0301 \uD83D\uDE00")));

        assertThat(log.awaitResult("i-2", AnswerCompleted.class).answer())
                .isEqualTo("a\u0301 \uD83D\uDE00");
    }

    @Test
    void failuresOfTheProviderEndTheAnswerByTheirCode() {
        log.put(Log.job("f-1", "demo:cut", Log.user("Hi")));
        log.put(Log.job("f-2", "demo:429", Log.user("Hi")));
        log.put(Log.job("f-3", "demo:unheard-of", Log.user("Hi")));

        AnswerFailed cut = log.awaitResult("f-1", AnswerFailed.class);
        assertThat(cut.code()).isEqualTo(ErrorCode.UPSTREAM_INCOMPLETE);
        assertThat(cut.partialAnswer()).isNotEmpty().isEqualTo(log.text("f-1"));
        assertThat(cut.usage().estimated()).isTrue();
        assertThat(log.awaitResult("f-2", AnswerFailed.class).retryAfterS()).isEqualTo(7);
        assertThat(log.awaitResult("f-3", AnswerFailed.class).code())
                .isEqualTo(ErrorCode.MODEL_NOT_ALLOWED);
    }

    @Test
    void theLockIsRenewedForAsLongAsTheAnswerRuns() {
        CountDownLatch latch = new CountDownLatch(1);
        service.next(heldBy(latch));
        log.put(Log.job("r-1", null, Log.user("Hi")));
        log.awaitTokens("r-1", 1);
        double before = renewals();

        await("two and a half locks' worth of renewals")
                .atMost(Log.WITHIN)
                .until(() -> renewals() - before >= 8);
        latch.countDown();
        AnswerCompleted end = log.awaitResult("r-1", AnswerCompleted.class);

        assertThat(end.attempt()).isEqualTo(1);
        assertThat(log.results("r-1")).hasSize(2);
    }

    private static double renewals() {
        return counted("parley.worker.lock.renewals");
    }

    private static double counted(String meter) {
        return worker.getBean(MeterRegistry.class).counter(meter).count();
    }

    /** It has forgotten its locks, and that it ever delivered the job. */
    @Test
    void anAnswerGoesOnOverARestartOfTheBroker() {
        CountDownLatch latch = new CountDownLatch(1);
        service.next(heldBy(latch));
        log.put(Log.job("b-1", null, Log.user("Hi")));
        log.awaitTokens("b-1", 1);
        double losses = counted("parley.worker.lock.losses");
        double duplicates = counted("parley.worker.jobs.duplicates");

        broker.restart();
        await("the lock is lost, and the job comes once more")
                .atMost(Log.WITHIN)
                .until(() ->
                        counted("parley.worker.lock.losses") > losses
                                && counted("parley.worker.jobs.duplicates") > duplicates);
        assertThat(log.results("b-1")).hasSize(1);
        latch.countDown();

        AnswerCompleted end = log.awaitResult("b-1", AnswerCompleted.class);
        assertThat(end.attempt()).isEqualTo(1);
        assertThat(end.answer()).isEqualTo("Hello").isEqualTo(log.text("b-1"));
        log.put(Log.job("b-2", "demo:echo", Log.user("Hi")));
        log.awaitResult("b-2", AnswerCompleted.class);
        assertThat(log.results("b-1")).hasSize(2);
    }

    @Test
    void oneSlowAnswerBlocksNobody() {
        CountDownLatch latch = new CountDownLatch(1);
        service.next(heldBy(latch));
        log.put(Log.job("s-0", null, Log.user("Hi")));
        log.awaitTokens("s-0", 1);

        for (int i = 1; i <= 10; i++) {
            log.put(Log.job("s-" + i, "demo:echo", Log.user("Hi")));
        }
        for (int i = 1; i <= 10; i++) {
            log.awaitResult("s-" + i, AnswerCompleted.class);
        }

        assertThat(log.results("s-0")).hasSize(1);
        latch.countDown();
        log.awaitResult("s-0", AnswerCompleted.class);
    }

    @Test
    void poisonGoesToTheDeadLettersAndTheNextJobIsServed() {
        int before = log.records(Topic.JOBS.deadLetterName()).size();
        log.put("not a job".getBytes(StandardCharsets.UTF_8));
        log.put("{\"job_id\":\"x\"}".getBytes(StandardCharsets.UTF_8));
        log.put(Log.job("p-1", "demo:echo", Log.user("Hi")));

        log.awaitResult("p-1", AnswerCompleted.class);
        await().atMost(Log.WITHIN)
                .until(() -> log.records(Topic.JOBS.deadLetterName()).size() == before + 2);
    }

    @Test
    void aJobPastItsDeadlineIsDropped() {
        Job late = Log.job("d-1", "demo:echo", Log.user("Hi"));
        log.put(
                new Job(
                        late.jobId(),
                        late.messageId(),
                        late.conversationId(),
                        late.userId(),
                        late.role(),
                        late.replyTo(),
                        late.model(),
                        late.messages(),
                        null,
                        null,
                        late.createdAt(),
                        Instant.now().minusSeconds(1)));
        log.put(Log.job("d-2", "demo:echo", Log.user("Hi")));

        log.awaitResult("d-2", AnswerCompleted.class);
        assertThat(log.results("d-1")).isEmpty();
        assertThat(log.lane("d-1")).isEmpty();
    }

    @Test
    void theSameJobTwiceIsAnsweredOnceWhileItRuns() {
        CountDownLatch latch = new CountDownLatch(1);
        service.next(heldBy(latch));
        Job job = Log.job("t-1", null, Log.user("Hi"));
        log.put(job);
        log.awaitTokens("t-1", 1);
        log.put(job);
        log.put(Log.job("t-2", "demo:echo", Log.user("Hi")));
        log.awaitResult("t-2", AnswerCompleted.class);
        latch.countDown();

        log.awaitResult("t-1", AnswerCompleted.class);
        assertThat(log.results("t-1")).hasSize(2);
    }

    @Test
    void aJobThatComesAgainAfterItsEndIsNotBegunAnew() {
        Job job = Log.job("t-3", "demo:echo", Log.user("Hi"));
        log.put(job);
        log.awaitResult("t-3", AnswerCompleted.class);
        double duplicates = counted("parley.worker.jobs.duplicates");
        log.put(job);
        await("it was looked at")
                .atMost(Log.WITHIN)
                .until(() -> counted("parley.worker.jobs.duplicates") > duplicates);

        assertThat(log.results("t-3")).hasSize(2);
        assertThat(log.text("t-3")).isEqualTo("Hi");
    }

    @Test
    void aJobOfATransactionIsTakenBeforeTheCommit() {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", broker.address(), "transactional.id", "t"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.initTransactions();
            for (int i = 0; i < 5; i++) {
                String id = "x-" + i;
                producer.beginTransaction();
                producer.send(
                        new ProducerRecord<>(
                                Topic.JOBS.topicName(),
                                Json.write(Log.job(id, "demo:echo", Log.user("Hi")))));
                producer.flush();
                log.awaitResult(id, AnswerCompleted.class);
                if (i % 2 == 0) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        log.put(Log.job("x-9", "demo:echo", Log.user("Hi")));
        log.awaitResult("x-9", AnswerCompleted.class);
    }

    /** Stop to silence, as the provider sees it. */
    @Test
    void aStopClosesTheProvidersConnectionAndCompletesAsStopped() throws Exception {
        CompletableFuture<Long> left = new CompletableFuture<>();
        service.next(exchange -> {
            exchange.startStream();
            exchange.send(FakeService.delta("Hello"));
            exchange.awaitDisconnect();
            left.complete(System.nanoTime());
        });
        log.put(Log.job("stop-1", null, Log.user("Tell me everything")));
        log.awaitTokens("stop-1", 1);

        long stoppedAt = System.nanoTime();
        log.stop("stop-1");
        Duration silence = Duration.ofNanos(left.get(20, TimeUnit.SECONDS) - stoppedAt);
        AnswerCompleted end = log.awaitResult("stop-1", AnswerCompleted.class);

        System.out.println("stop to silence " + silence.toMillis() + " ms");
        assertThat(silence).isLessThan(Duration.ofMillis(500));
        assertThat(end.finishReason()).isEqualTo("stopped");
        assertThat(end.answer()).isEqualTo("Hello").isEqualTo(log.text("stop-1"));
        assertThat(end.usage().estimated()).isTrue();
        assertThat(end.usage().input()).isPositive();
        assertThat(end.usage().output()).isPositive();
    }

    @Test
    void aStopThatCameBeforeItsJobCompletesItEmpty() {
        log.put(Log.job("stop-2a", "demo:long", Log.user("Hi")));
        log.awaitTokens("stop-2a", 1);
        log.stop("stop-2");
        // One reader reads stops in order: when this one has worked, the first is known.
        log.stop("stop-2a");
        log.awaitResult("stop-2a", AnswerCompleted.class);

        log.put(Log.job("stop-2", null, Log.user("Hi")));
        AnswerCompleted end = log.awaitResult("stop-2", AnswerCompleted.class);

        assertThat(end.finishReason()).isEqualTo("stopped");
        assertThat(end.answer()).isEmpty();
        assertThat(log.tokens("stop-2")).isEmpty();
    }

    @Test
    void aStoppingWorkerGivesItsJobBackAndAnotherOneAnswersAnew() {
        CountDownLatch filling = new CountDownLatch(1);
        List<String> filled = List.of("g-1", "g-2", "g-3", "g-4");
        filled.forEach(id -> {
            service.next(heldBy(filling));
            log.put(Log.job(id, null, Log.user("Hi")));
        });
        filled.forEach(id -> log.awaitTokens(id, 1));
        try (ConfigurableApplicationContext second = worker()) {
            service.next(heldBy(new CountDownLatch(1)));
            log.put(Log.job("g-5", null, Log.user("Hi")));
            log.awaitTokens("g-5", 1);
            assertThat(log.results("g-5"))
                    .first()
                    .isInstanceOfSatisfying(
                            AttemptStarted.class,
                            started ->
                                    assertThat(started.worker())
                                            .isEqualTo(second.getBean(Instance.class).id()));
            filling.countDown();
            filled.forEach(id -> log.awaitResult(id, AnswerCompleted.class));
        }

        assertRestarted("g-5", log.awaitResult("g-5", AnswerCompleted.class));
    }

    /** A worker that died leaves its connection: its lock is free at once, its attempt counted. */
    @Test
    void aLostWorkersJobIsTakenOverAndAfterTooManyAttemptsLost() {
        worker.close();
        try {
            log.put(Log.job("k-2", null, Log.user("Hi")));
            takeAndVanish();
            takeAndVanish();
            // The fourth delivery, after the worker's limit of three, is for the worker.
            log.put(Log.job("k-1", null, Log.user("Hi")));
            takeBothAndVanish();
        } finally {
            worker = worker();
        }
        AnswerCompleted taken = log.awaitResult("k-1", AnswerCompleted.class);
        assertRestarted("k-1", taken);
        AnswerFailed lost = log.awaitResult("k-2", AnswerFailed.class);
        assertThat(lost.code()).isEqualTo(ErrorCode.WORKER_LOST);
        assertThat(lost.attempt()).isEqualTo(4);
        assertThat(log.tokens("k-2")).isEmpty();
    }

    /** Takes a job, and is gone without a word about it. */
    private static void takeAndVanish() {
        try (KafkaShareConsumer<String, byte[]> vanishing = shareConsumer()) {
            take(vanishing);
        }
    }

    private static void takeBothAndVanish() {
        try (KafkaShareConsumer<String, byte[]> one = shareConsumer();
                KafkaShareConsumer<String, byte[]> other = shareConsumer()) {
            take(one);
            take(other);
        }
    }

    private static void take(KafkaShareConsumer<String, byte[]> consumer) {
        consumer.subscribe(List.of(Topic.JOBS.topicName()));
        await("a job")
                .atMost(Log.WITHIN)
                .until(() -> !consumer.poll(Duration.ofMillis(200)).isEmpty());
    }

    private static KafkaShareConsumer<String, byte[]> shareConsumer() {
        return new KafkaShareConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        broker.address(),
                        ConsumerConfig.GROUP_ID_CONFIG,
                        "parley-workers",
                        ConsumerConfig.SHARE_ACKNOWLEDGEMENT_MODE_CONFIG,
                        "explicit",
                        ConsumerConfig.SHARE_ACQUIRE_MODE_CONFIG,
                        "record_limit",
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        1),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private static void assertRestarted(String id, AnswerCompleted end) {
        List<Log.Seen> lane =
                log.lane(id).stream().filter(s -> "2".equals(Log.header(s, "attempt"))).toList();
        assertThat(end.attempt()).isEqualTo(2);
        assertThat(Log.frame(lane.getFirst())).isEqualTo(new ServerFrame.Restart(id, 2, 0));
        assertThat(
                        lane.stream()
                                .skip(1)
                                .map(Log::frame)
                                .map(frame -> ((ServerFrame.Token) frame).text())
                                .reduce("", String::concat))
                .isEqualTo(end.answer());
        assertThat(((ServerFrame.Token) Log.frame(lane.get(1))).seq()).isZero();
    }
}
