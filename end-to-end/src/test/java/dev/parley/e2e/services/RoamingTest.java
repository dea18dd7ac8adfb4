package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.client.RoamingChat;
import dev.parley.e2e.system.ServiceProcess;
import dev.parley.e2e.system.ServicesRun;
import dev.parley.e2e.system.SharedServices;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.PolicyRecord;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** G3, G4, G8, G13: sessions survive their lines and their gateways, and end when they must. */
@ExtendWith(SharedServices.class)
class RoamingTest {

    private static final int RELOADING = 500;
    private static final int UNDER_LOAD = 12;

    private final ServicesRun run;

    RoamingTest(ServicesRun run) {
        this.run = run;
    }

    private URI gateway(int index) {
        return run.gateway(index % 2).address();
    }

    /** Lost after every k-th frame; on at the other gateway, and by the other transport. */
    @ParameterizedTest(name = "after every {0}")
    @ValueSource(ints = {1, 2, 3, 7})
    void a_session_goes_on_wherever_and_however_it_is_resumed(int every) {
        String token = run.tokens().of("roamer-" + every, "user");
        try (RoamingChat chat = new RoamingChat(gateway(0), token)) {
            String message = chat.say("Tell me about the sea.");
            for (int round = 1; chat.terminals(message) == 0; round++) {
                int wanted = every;
                chat.frames()
                        .await(
                                every + " frames of the answer, or its end",
                                new java.util.function.Predicate<JsonNode>() {
                                    private int seen;

                                    @Override
                                    public boolean test(JsonNode frame) {
                                        return Frames.isOf(frame, message)
                                                && (Frames.isTerminal(frame) || ++seen >= wanted);
                                    }
                                });
                if (chat.terminals(message) > 0) {
                    break;
                }
                chat.cut();
                if (round % 2 == 0) {
                    chat.goOnBySocket(gateway(round));
                } else {
                    chat.goOnByStream(gateway(round));
                }
                JsonNode welcome = chat.frames().await("welcome");
                assertThat(welcome.get("resumed").booleanValue()).as("%s", welcome).isTrue();
            }
            assertWhole(chat, message);
        }
    }

    private static void assertWhole(RoamingChat chat, String message) {
        JsonNode done =
                chat.history().stream()
                        .filter(f -> Frames.isTerminal(f) && Frames.isOf(f, message))
                        .findFirst()
                        .orElseThrow();
        assertThat(Frames.type(done)).as("%s", done).isEqualTo("done");
        assertThat(chat.shownText(message)).isEqualTo(done.at("/result/answer").stringValue());
        assertThat(chat.terminals(message)).isEqualTo(1);
    }

    @Test
    void five_hundred_clients_reload_at_once() throws Exception {
        List<RoamingChat> chats = new ArrayList<>();
        List<String> messages = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < RELOADING; i++) {
                RoamingChat chat =
                        new RoamingChat(gateway(0), run.tokens().of("reload-" + i, "user"));
                chats.add(chat);
                messages.add(chat.say("Hello."));
            }
            chats.forEach(RoamingChat::cut);
            List<Future<?>> back = new ArrayList<>();
            for (RoamingChat chat : chats) {
                back.add(
                        // A gateway that is too busy says 1013, and a client tries again later.
                        threads.submit(() -> comeBack(chat, List.of(run.gateway(1)))));
            }
            for (Future<?> one : back) {
                one.get(60, TimeUnit.SECONDS);
            }
            for (int i = 0; i < RELOADING; i++) {
                if (chats.get(i).terminals(messages.get(i)) == 0) {
                    // Of the first ones the end came before the line was lost.
                    chats.get(i).frames().awaitTerminal(messages.get(i), Duration.ofSeconds(90));
                }
                assertWhole(chats.get(i), messages.get(i));
            }
        } finally {
            chats.forEach(RoamingChat::cut);
        }
    }

    /** Each gateway in turn is stopped and started again while answers run. */
    @Test
    void a_rolling_restart_loses_no_frame() throws Exception {
        AtomicBoolean rolling = new AtomicBoolean(true);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> load = new ArrayList<>();
            for (int i = 0; i < UNDER_LOAD; i++) {
                // Connected before anything is stopped: a gateway that stops takes nobody new.
                RoamingChat chat =
                        new RoamingChat(gateway(i), run.tokens().of("rolling-" + i, "user"));
                load.add(threads.submit(() -> chatWhile(rolling, chat)));
            }
            for (ServiceProcess gateway : run.gateways()) {
                gateway.terminate();
                gateway.startAgain();
            }
            rolling.set(false);
            int reconnects = 0;
            for (Future<Integer> one : load) {
                reconnects += one.get(120, TimeUnit.SECONDS);
            }
            assertThat(reconnects).isGreaterThanOrEqualTo(UNDER_LOAD);
        }
    }

    /**
     * Asks one question after the other, comes back as a client should; gives how often it had to.
     */
    private int chatWhile(AtomicBoolean going, RoamingChat chat) {
        int reconnects = 0;
        try (chat) {
            do {
                String key = UUID.randomUUID().toString();
                String message;
                try {
                    message = chat.say("Tell me about the sea.", key);
                } catch (AssertionError e) {
                    if (!chat.frames().ended().equals("1012")) {
                        throw e;
                    }
                    // Closed before it was accepted: the same message again, elsewhere.
                    comeBack(chat);
                    reconnects++;
                    message = chat.say("Tell me about the sea.", key);
                }
                while (chat.terminals(message) == 0) {
                    try {
                        chat.frames().awaitTerminal(message, Duration.ofSeconds(60));
                    } catch (AssertionError e) {
                        if (!chat.frames().ended().equals("1012")) {
                            throw e;
                        }
                        assertThat(
                                        chat.frames().all().stream()
                                                .filter(f -> Frames.type(f).equals("closing"))
                                                .map(f -> f.get("reconnect_after_ms").longValue()))
                                .hasSize(1)
                                .allMatch(ms -> ms > 0);
                        comeBack(chat);
                        reconnects++;
                    }
                }
                assertWhole(chat, message);
                if (chat.frames().ended().equals("1012")) {
                    comeBack(chat);
                    reconnects++;
                }
            } while (going.get());
        }
        return reconnects;
    }

    private void comeBack(RoamingChat chat) {
        comeBack(chat, run.gateways());
    }

    private static void comeBack(RoamingChat chat, List<ServiceProcess> gateways) {
        Awaitility.await("a gateway takes the session")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> {
                    for (ServiceProcess gateway : gateways) {
                        if (gateway.isAlive() && gateway.isReady()) {
                            chat.goOnBySocket(gateway.address());
                            return chat.frames().await("welcome").get("resumed").booleanValue();
                        }
                    }
                    return false;
                });
    }

    @Test
    void a_logout_ends_the_stream_at_the_other_gateway() {
        String token = run.tokens().of("leaver", "user");
        try (ChatSocket chat = ChatSocket.connect(gateway(1), token)) {
            chat.welcome();
            chat.say("Tell me about the sea.", Map.of("model", "demo:slow"));
            chat.frames().await("a token", f -> Frames.type(f).equals("token"));
            long began = System.nanoTime();
            assertThat(new Rest(gateway(0), token).post("/api/logout", Map.of()).status())
                    .isEqualTo(204);
            assertThat(chat.frames().awaitEnd()).isEqualTo("4401");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isLessThan(Duration.ofSeconds(5));
        }
        assertThat(ChatSocket.refusedStatus(gateway(0), token, "")).isEqualTo(401);
    }

    @Test
    void a_block_ends_streams_at_every_gateway_within_five_seconds() throws Exception {
        String token = run.tokens().of("blocked-one", "user");
        List<ChatSocket> chats = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            ChatSocket chat = ChatSocket.connect(gateway(i), token);
            chat.say("Tell me about the sea.", Map.of("model", "demo:slow"));
            chat.frames().await("a token", f -> Frames.type(f).equals("token"));
            chats.add(chat);
        }
        long began = System.nanoTime();
        publish(new PolicyRecord.Block("blocked-one", "test", "You are blocked.", null));
        for (ChatSocket chat : chats) {
            chat.frames().await("blocked");
            assertThat(chat.frames().awaitEnd()).isEqualTo("4403");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        assertThat(ChatSocket.refusedStatus(gateway(0), token, "")).isEqualTo(403);
    }

    private void publish(PolicyRecord record) throws Exception {
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", run.bootstrapServers()),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            producer.send(
                            new Outbound(new Instance("test", "test"), Clock.systemUTC())
                                    .event(Topic.POLICY, record.subject(), record, null))
                    .get(10, TimeUnit.SECONDS);
        }
    }
}
