package dev.parley.cli;

import static dev.parley.cli.FakeGateway.accepted;
import static dev.parley.cli.FakeGateway.answering;
import static dev.parley.cli.FakeGateway.done;
import static dev.parley.cli.FakeGateway.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.frame.ServerFrame;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A person at the terminal: lines, commands and Ctrl-C are events, and what shows is recorded. */
@Timeout(60)
class ChatTest {

    private FakeGateway gateway;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>(Chat.EVENTS_MAX);
    private final Recorder screen = new Recorder();
    private CompletableFuture<Integer> exit;

    @BeforeEach
    void start() throws Exception {
        gateway = new FakeGateway();
    }

    @AfterEach
    void stop() throws Exception {
        if (exit != null && !exit.isDone()) {
            type("/quit");
            exit.get(10, TimeUnit.SECONDS);
        }
        gateway.close();
    }

    @Test
    void streamsTokensAndAnswersTheNextLine() throws Exception {
        gateway.onFrame(answering(token(0, "Good "), token(1, "day"), done("Good day")));
        open();

        type("Hi");
        type("Again");
        await().until(() -> count("done") == 2);

        assertThat(screen.shown)
                .containsSubsequence("piece Good ", "piece day", "done", "piece Good ", "done");
        assertThat(gateway.received("message"))
                .extracting(f -> f.path("text").asString(""))
                .containsExactly("Hi", "Again");
    }

    @Test
    void aRestartShowsWhatStands() throws Exception {
        gateway.onFrame(
                answering(
                        token(0, "Good night"),
                        "{\"type\":\"restart\",\"message_id\":\"$M\",\"attempt\":2,\"keep\":5}",
                        token(1, "day"),
                        done("Good day")));
        open();

        type("Hi");
        await().until(() -> count("done") == 1);

        assertThat(screen.shown)
                .containsSubsequence("piece Good night", "restarted Good ", "piece day", "done");
    }

    @Test
    void theFirstInterruptStopsTheAnswerAndTheNextOneLeaves() throws Exception {
        gateway.onFrame((peer, frame) -> {
            switch (frame.path("type").asString("")) {
                case "message" -> {
                    peer.send(accepted(frame));
                    peer.send(token(0, "Endless"));
                }
                case "stop" -> peer.send(done("Endless").replace("\"stop\"", "\"stopped\""));
                default -> {}
            }
        });
        open();
        type("Hi");
        await().until(() -> screen.shown.contains("piece Endless"));

        events.put(new Event.Interrupted());
        await().until(() -> count("done") == 1);
        assertThat(gateway.received("stop"))
                .singleElement()
                .satisfies(
                        frame -> assertThat(frame.path("message_id").asString("")).isEqualTo("m1"));
        assertThat(exit).isNotDone();

        events.put(new Event.Interrupted());
        assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aSecondInterruptLeavesAnAnswerThatDoesNotStop() throws Exception {
        gateway.onFrame(answering(token(0, "Endless")));
        open();
        type("Hi");
        await().until(() -> screen.shown.contains("piece Endless"));

        events.put(new Event.Interrupted());
        events.put(new Event.Interrupted());

        assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
    }

    @Test
    void aDrainedServerIsLeftForAsLongAsItSays() throws Exception {
        gateway.onFrame((peer, frame) -> {
            if (peer.session().isEmpty()) {
                peer.send(accepted(frame));
                peer.send("{\"type\":\"closing\",\"reason\":\"drain\",\"reconnect_after_ms\":10}");
                peer.close(1012);
            }
        });
        gateway.onReturn(peer -> peer.send(done("Moved")));
        open();

        type("Hi");
        await().until(() -> count("done") == 1);

        assertThat(gateway.received("message")).hasSize(1);
    }

    @Test
    void aLostSessionIsAskedAgainAsTheSameMessage() throws Exception {
        gateway.onFrame((peer, frame) -> {
            peer.send(accepted(frame));
            if (peer.session().isEmpty()) {
                peer.send(token(0, "Ha"));
            } else {
                peer.send(token(0, "Half"));
                peer.send(done("Half"));
            }
        });
        gateway.greeting(peer -> FakeGateway.WELCOME);
        open();

        type("Hi");
        await().until(() -> screen.shown.contains("piece Ha"));
        gateway.peers.getFirst().close(LinkEnd.BROKEN);
        await().until(() -> count("done") == 1);

        assertThat(screen.shown)
                .containsSubsequence("piece Ha", "restarted ", "piece Half", "done");
        assertThat(
                        gateway.received("message").stream()
                                .map(f -> f.path("client_msg_id").asString(""))
                                .distinct())
                .hasSize(1);
    }

    @Test
    void aNewConversationIsANewSession() throws Exception {
        open();

        type("/new");
        await().until(() -> gateway.peers.size() == 2);

        assertThat(gateway.peers.getLast().session()).isEmpty();
    }

    @Test
    void listsTheHistoryAndExports(@TempDir Path folder) throws Exception {
        gateway.answers.put(
                "/api/conversations",
                "{\"items\":[{\"id\":\"c9\",\"title\":\"Of logs\"}],\"next\":null}");
        gateway.answers.put("/api/conversations/c1/export", "exported");
        Path file = folder.resolve("chat.md");
        open();

        type("/history logs");
        await().until(() -> screen.shown.contains("reply c9  Of logs"));
        type("/export markdown " + file);
        await().until(() -> screen.shown.stream().anyMatch(line -> line.startsWith("reply Saved")));
        type("/export markdown " + file);
        await().until(() ->
                screen.shown.stream()
                        .anyMatch(line -> line.endsWith("exists already; name another file.")));

        assertThat(Files.readString(file)).isEqualTo("exported");
    }

    @Test
    void anApprovalIsGivenByCommand() throws Exception {
        gateway.onFrame((peer, frame) -> {
            if (frame.path("type").asString("").equals("message")) {
                peer.send(accepted(frame));
                peer.send(
                        """
                        {"type":"approval","message_id":"m1","call_id":"k1","server":"s","tool":"t",\
                        "arguments":{"a":1},"expires_at":"2026-11-23T00:00:00Z"}\
                        """);
            } else {
                peer.send(done("With it"));
            }
        });
        open();
        type("Hi");
        await().until(() ->
                screen.shown.stream().anyMatch(line -> line.contains("/approve or /deny")));

        type("/approve");
        await().until(() -> count("done") == 1);

        assertThat(gateway.received("approve").getFirst().path("approved").asBoolean(false))
                .isTrue();
    }

    @Test
    void theEndOfTheInputWaitsForTheAnswer() throws Exception {
        gateway.onFrame(answering(token(0, "Yes"), done("Yes")));
        open();

        type("Hi");
        events.put(new Event.InputEnded());

        assertThat(exit.get(10, TimeUnit.SECONDS)).isEqualTo(ExitCode.DONE);
        assertThat(count("done")).isEqualTo(1);
    }

    @Test
    void noTextOfAnAnswerReachesTheTerminalAsAControlSequence() {
        assertThat(Screens.printable("a\u001b]0;title\u0007b\u009b31mc\r\n\td"))
                .isEqualTo("a]0;titleb31mc\n\td");
    }

    @Test
    void waitsGrowAndVary() {
        BackOff backOff = new BackOff(new Random(7));
        for (int step = 0; step < 12; step++) {
            long full = Math.min(BackOff.LONGEST.toMillis(), BackOff.FIRST.toMillis() << step);
            assertThat(backOff.next().toMillis()).isBetween(full / 2, full);
        }
    }

    private void open() {
        Gateway to = new Gateway(URI.create(gateway.url()), "good");
        Line line = new Line(to, WebSocketLink::open, events, new BackOff(new Random(1)));
        Settings settings = new Settings(null, null, true, Duration.ofSeconds(30));
        Chat chat = new Chat(settings, to, line, screen, events, () -> {});
        exit = new CompletableFuture<>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        exit.complete(chat.run());
                    } catch (Throwable e) {
                        exit.completeExceptionally(e);
                    }
                });
    }

    private void type(String line) throws InterruptedException {
        events.put(new Event.LineTyped(line));
    }

    private long count(String shown) {
        return screen.shown.stream().filter(shown::equals).count();
    }

    private static final class Recorder implements Screen {

        private final List<String> shown = new CopyOnWriteArrayList<>();

        @Override
        public void piece(String text) {
            shown.add("piece " + text);
        }

        @Override
        public void restarted(String kept) {
            shown.add("restarted " + kept);
        }

        @Override
        public void done(ServerFrame.AnswerResult result) {
            shown.add("done");
        }

        @Override
        public void error(String line) {
            shown.add("error " + line);
        }

        @Override
        public void note(String line) {
            shown.add("note " + line);
        }

        @Override
        public void reply(String line) {
            shown.add("reply " + line);
        }
    }
}
