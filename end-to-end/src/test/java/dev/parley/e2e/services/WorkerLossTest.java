package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.system.ServiceProcess;
import dev.parley.e2e.system.ServicesRun;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * G1, G3: workers are killed and paused in the middle of answers, one or all of them; every answer
 * goes on at another worker and ends once, with the text that was shown.
 */
class WorkerLossTest {

    private static final int ROUNDS = Integer.getInteger("parley.rounds", 2);
    private static final int ANSWERS = 4;
    private static final Duration TAKEOVER = Duration.ofSeconds(5);

    /** Long enough to be in the middle of it when a worker is lost: some ten seconds. */
    private static final Map<String, Object> LONG = Map.of("model", "demo:normal,tokens=400");

    private static ServicesRun run;
    private static String token;

    @BeforeAll
    static void start() {
        run =
                ServicesRun.of()
                        .workers(2)
                        .audits(0)
                        .with("PARLEY_DEMO_TOKENS_PER_SECOND", "40")
                        .start("worker-loss");
        token = run.tokens().of("kim", "user");
    }

    @AfterAll
    static void stop() {
        run.close();
    }

    @Test
    void a_killed_workers_answers_go_on_at_another() {
        List<Duration> takeovers = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            ServiceProcess victim = run.worker(round % 2);
            try (ChatSocket chat = ChatSocket.connect(run.gateway(0).address(), token)) {
                List<String> messages = begin(chat);
                long killedAt = System.nanoTime();
                victim.kill();
                takeovers.addAll(taken(chat, messages, killedAt));
                messages.forEach(message -> assertWhole(chat, message));
            }
            victim.startAgain();
        }
        report("kill to takeover", takeovers);
    }

    @Test
    void a_paused_workers_answers_go_on_and_what_it_says_later_is_ignored() {
        List<Duration> takeovers = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            ServiceProcess victim = run.worker(round % 2);
            try (ChatSocket chat = ChatSocket.connect(run.gateway(0).address(), token)) {
                List<String> messages = begin(chat);
                long pausedAt = System.nanoTime();
                victim.pause();
                try {
                    takeovers.addAll(taken(chat, messages, pausedAt));
                } finally {
                    victim.goOn();
                }
                messages.forEach(message -> assertWhole(chat, message));
            }
        }
        report("pause to takeover", takeovers);
    }

    @Test
    void with_all_workers_killed_at_once_no_answer_is_lost() {
        try (ChatSocket chat = ChatSocket.connect(run.gateway(0).address(), token)) {
            List<String> messages = begin(chat);
            run.workers().forEach(ServiceProcess::kill);
            run.workers().forEach(ServiceProcess::launch);
            run.workers().forEach(ServiceProcess::awaitReady);

            messages.forEach(message -> assertWhole(chat, message));
        }
    }

    /** Answers that have begun to stream. */
    private static List<String> begin(ChatSocket chat) {
        List<String> messages = new ArrayList<>();
        for (int i = 0; i < ANSWERS; i++) {
            messages.add(chat.say("Tell me about the sea, part " + i, LONG));
        }
        for (String message : messages) {
            chat.frames()
                    .await(
                            "a token of " + message,
                            f -> Frames.type(f).equals("token") && Frames.isOf(f, message));
        }
        return messages;
    }

    /**
     * How long it took until each answer of the lost worker went on; those of the living one end
     * without a restart.
     */
    private static List<Duration> taken(ChatSocket chat, List<String> messages, long since) {
        List<Duration> took = new ArrayList<>();
        List<String> waiting = new ArrayList<>(messages);
        await("every answer goes on or ends")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> {
                    List<JsonNode> all = chat.frames().all();
                    waiting.removeIf(message -> {
                        boolean restarted = isRestarted(all, message);
                        if (restarted) {
                            took.add(Duration.ofNanos(System.nanoTime() - since));
                        }
                        return restarted || !chat.frames().terminalsOf(message).isEmpty();
                    });
                    return waiting.isEmpty();
                });
        return took;
    }

    private static boolean isRestarted(List<JsonNode> frames, String message) {
        return frames.stream()
                .anyMatch(f -> Frames.isOf(f, message) && Frames.type(f).equals("restart"));
    }

    private static void assertWhole(ChatSocket chat, String message) {
        JsonNode done = chat.frames().awaitTerminal(message, Duration.ofSeconds(60));
        assertThat(Frames.type(done)).as("%s", done).isEqualTo("done");
        assertThat(done.at("/result/answer").stringValue())
                .isEqualTo(chat.frames().shownText(message));
        assertThat(done.at("/result/finish_reason").stringValue()).isEqualTo("stop");
        assertThat(chat.frames().terminalsOf(message)).hasSize(1);
    }

    private static void report(String what, List<Duration> took) {
        assertThat(took).as(what).isNotEmpty();
        Collections.sort(took);
        System.out.printf(
                "%s: n %d, p50 %d ms, p99 %d ms%n",
                what,
                took.size(),
                took.get(took.size() / 2).toMillis(),
                took.get((int) (took.size() * 0.99)).toMillis());
        assertThat(took.getLast()).as(what).isLessThan(TAKEOVER);
    }
}
