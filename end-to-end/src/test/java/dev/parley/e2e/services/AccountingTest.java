package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.system.ServicesRun;
import dev.parley.orchestrator.ledger.LedgerCommand;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * G6: ten thousand messages at two gateways, two orchestrators and two workers, of which
 * orchestrators and workers are killed. What clients were told was used, what is charged in the
 * record and what the orchestrators keep are the same, to the token.
 */
class AccountingTest {

    private static final int MESSAGES = Integer.getInteger("accounting.messages", 10_000);
    private static final int CLIENTS = 40;

    /** At once, of each client. */
    private static final int WINDOW = 4;

    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final AtomicInteger ended = new AtomicInteger();
    private final LongAdder tokens = new LongAdder();
    private final LongAdder failures = new LongAdder();

    @Test
    void charges_exactly_what_was_used_across_kills() throws Exception {
        try (ServicesRun run =
                        ServicesRun.of()
                                .gateways(2)
                                .orchestrators(2)
                                .workers(2)
                                .with("PARLEY_STANDBY_REPLICAS", "1")
                                .with("PARLEY_DEMO_TOKENS_PER_SECOND", "0")
                                .with(
                                        "PARLEY_POLICY_FILE",
                                        Path.of("src/test/resources/policy-limits.yaml")
                                                .toAbsolutePath()
                                                .toString())
                                .start("accounting");
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int c = 0; c < CLIENTS; c++) {
                int client = c;
                all.add(clients.submit(() -> talk(run, client)));
            }
            after(MESSAGES / 5);
            run.orchestrator(0).kill();
            run.orchestrator(0).startAgain();
            after(2 * MESSAGES / 5);
            run.worker(0).kill();
            run.worker(0).startAgain();
            after(3 * MESSAGES / 5);
            run.orchestrator(1).kill();
            run.orchestrator(1).startAgain();
            after(4 * MESSAGES / 5);
            run.worker(1).kill();
            for (Future<?> one : all) {
                one.get(10 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
            assertThat(ended).hasValue(MESSAGES);
            theLedgerSaysTheSame(run);
        }
    }

    private void theLedgerSaysTheSame(ServicesRun run) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status =
                LedgerCommand.run(
                        List.of("verify", "--kafka", run.bootstrapServers(), "--settle", "30"),
                        Map.of(),
                        new PrintStream(said, true, StandardCharsets.UTF_8));
        String report = said.toString(StandardCharsets.UTF_8);
        System.out.println(report + "clients were told of " + tokens + ", failures " + failures);
        assertThat(status).as(report).isEqualTo(LedgerCommand.RIGHT);
        assertThat(report).contains(MESSAGES + " charges, ");
        if (failures.sum() == 0) {
            // A failure's frame tells no usage, so only then do the clients know everything.
            assertThat(report).contains(" charges, " + tokens.sum() + " tokens, ");
        }
    }

    private void talk(ServicesRun run, int client) {
        Semaphore window = new Semaphore(WINDOW);
        int mine = MESSAGES / CLIENTS;
        String token = run.tokens().of("account-" + client, "user");
        try (ChatSocket socket = ChatSocket.connect(run.gateway(client % 2).address(), token);
                ExecutorService waiters = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < mine; i++) {
                window.acquireUninterruptibly();
                String id = socket.say("Say one word.", Map.of("max_tokens", 4));
                waiters.submit(() -> {
                    try {
                        take(socket.frames().awaitTerminal(id, PATIENCE));
                    } finally {
                        window.release();
                    }
                });
            }
            window.acquireUninterruptibly(WINDOW);
        }
    }

    private void take(JsonNode end) {
        if (Frames.type(end).equals("done")) {
            tokens.add(end.at("/result/tokens_input").asLong());
            tokens.add(end.at("/result/tokens_output").asLong());
        } else {
            failures.increment();
        }
        ended.incrementAndGet();
    }

    private void after(int messages) {
        Awaitility.await(messages + " messages have ended")
                .atMost(10 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .until(() -> ended.get() >= messages);
    }
}
