package dev.parley.cli;

import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ClientFrame;
import dev.parley.schemas.frame.ErrorCode;
import dev.parley.schemas.frame.ServerFrame;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One conversation, one message at a time. Single-threaded: everything that happens comes through
 * the queue.
 *
 * <p>Until {@code accepted} came, a message is sent again after every {@code welcome} with the same
 * {@code client_msg_id}; after the session was lost, too, since the same message is answered and
 * charged once.
 */
final class Chat {

    /** Events that wait before the sources of events do. */
    static final int EVENTS_MAX = 1_000;

    /** Lines that may be typed ahead while an answer runs. */
    static final int LINES_AHEAD_MAX = 100;

    private final Settings settings;
    private final Gateway gateway;
    private final Line line;
    private final Screen screen;
    private final BlockingQueue<Event> events;
    private final Runnable idle;
    private final Lookups lookups;
    private final Pulse pulse = new Pulse();
    private final Deque<String> ahead = new ArrayDeque<>();

    private @Nullable String conversation;
    private @Nullable String defaultConversation;
    private @Nullable Question question;
    private @Nullable String approval;
    private ServerFrame.@Nullable Usage usage;
    private long lookNanos;
    private long deadlineNanos;
    private boolean welcomed;
    private boolean introduced;
    private boolean leaving;
    private int outcome = ExitCode.DONE;
    private @Nullable Integer exit;

    /**
     * @param idle called whenever the next line may come
     */
    Chat(
            Settings settings,
            Gateway gateway,
            Line line,
            Screen screen,
            BlockingQueue<Event> events,
            Runnable idle) {
        this.settings = settings;
        this.gateway = gateway;
        this.line = line;
        this.screen = screen;
        this.events = events;
        this.idle = idle;
        this.lookups = new Lookups(gateway, screen);
        this.conversation = settings.conversation();
    }

    /** Holds the conversation to its end and answers the exit code. */
    int run() throws InterruptedException {
        try {
            line.open();
        } catch (RefusedException e) {
            screen.error(Advice.of(e));
            return ExitCode.UNREACHABLE;
        } catch (IOException e) {
            screen.error(
                    "Cannot reach "
                            + gateway.url()
                            + ". Is it running? --url names another address.");
            return ExitCode.UNREACHABLE;
        }
        lookNanos = System.nanoTime() + Pulse.LOOK_EVERY.toNanos();
        while (exit == null) {
            Event event = events.poll(untilNextTask(), TimeUnit.NANOSECONDS);
            if (event != null) {
                on(event);
            }
            runDueTasks();
        }
        line.close();
        if (introduced && conversation != null) {
            screen.note("Conversation " + conversation);
        }
        return exit;
    }

    private void on(Event event) throws InterruptedException {
        switch (event) {
            case Event.FrameArrived arrived -> {
                if (arrived.link() == line.link()) {
                    onFrame(arrived.frame(), arrived.text());
                }
            }
            case Event.LinkLost lost -> {
                if (lost.link() == line.link()) {
                    onLost(lost.end());
                }
            }
            case Event.LineTyped typed -> onLine(typed.line());
            case Event.InputEnded ended -> {
                leaving = true;
                leaveWhenIdle();
            }
            case Event.Interrupted interrupted -> onInterrupt();
        }
    }

    // ---- time

    private long untilNextTask() {
        long now = System.nanoTime();
        long wait = lookNanos - now;
        Long retry = line.retryNanos();
        if (retry != null) {
            wait = Math.min(wait, retry - now);
        }
        if (question != null) {
            wait = Math.min(wait, deadlineNanos - now);
        }
        return Math.max(0, wait);
    }

    private void runDueTasks() throws InterruptedException {
        long now = System.nanoTime();
        Long retry = line.retryNanos();
        if (retry != null && retry - now <= 0) {
            giveUpFor(line.reopen());
        }
        if (lookNanos - now <= 0) {
            lookNanos = now + Pulse.LOOK_EVERY.toNanos();
            look(now);
        }
        if (question != null && deadlineNanos - now <= 0) {
            screen.error("No end of the answer in " + settings.answerTimeout().toSeconds() + " s.");
            end(ExitCode.FAILED);
        }
    }

    private void look(long now) throws InterruptedException {
        Link link = line.link();
        if (link == null) {
            return;
        }
        switch (pulse.look(now, link.lastHeardNanos(), question != null)) {
            case ALIVE -> {}
            case ASK -> send(new ClientFrame.Ping());
            case DEAD -> onLost(LinkEnd.broken());
        }
    }

    // ---- the link

    private void onLost(LinkEnd end) throws InterruptedException {
        welcomed = false;
        pulse.reset();
        Optional<String> forGood = line.lost(end);
        if (forGood.isEmpty() && question != null) {
            screen.note("Connection lost; coming back.");
        }
        giveUpFor(forGood);
    }

    private void giveUpFor(Optional<String> reason) {
        reason.ifPresent(words -> {
            screen.error(words);
            exit = ExitCode.UNREACHABLE;
        });
    }

    /**
     * False when the frame could not be handed over; the link's end follows, or the server's
     * refusal was shown.
     */
    private boolean send(ClientFrame frame) throws InterruptedException {
        Link link = line.link();
        if (link == null || !welcomed) {
            return false;
        }
        try {
            link.send(Json.writeText(frame));
            return true;
        } catch (RefusedException e) {
            screen.error(Advice.of(e));
            if (frame instanceof ClientFrame.Message) {
                end(ExitCode.FAILED);
            }
            return false;
        } catch (IOException e) {
            onLost(LinkEnd.broken());
            return false;
        }
    }

    // ---- frames

    private void onFrame(JsonNode node, String text) throws InterruptedException {
        screen.frame(text);
        ServerFrame frame = FrameReader.read(node);
        String cursor = node.path("cursor").asString("");
        if (frame instanceof ServerFrame.Welcome welcome) {
            onWelcome(welcome, cursor);
            return;
        }
        if (!cursor.isEmpty()) {
            line.resumeFrom(new Resume(line.resume().session(), cursor));
        }
        if (frame != null) {
            onFrame(frame);
        }
    }

    private void onFrame(ServerFrame frame) throws InterruptedException {
        switch (frame) {
            case ServerFrame.Welcome welcome ->
                    throw new IllegalStateException("dealt with before");
            case ServerFrame.Accepted accepted -> {
                if (question != null && question.is(accepted.messageId(), accepted.clientMsgId())) {
                    question.accepted(accepted.messageId());
                    conversation = accepted.conversationId();
                }
            }
            case ServerFrame.Token token -> {
                if (question != null && question.is(token.messageId())) {
                    question.append(token.text());
                    screen.piece(token.text());
                }
            }
            case ServerFrame.Restart restart -> {
                if (question != null && question.is(restart.messageId())) {
                    screen.restarted(question.keep(restart.keep()));
                }
            }
            case ServerFrame.Done done -> {
                usage = done.usage() == null ? usage : done.usage();
                if (question != null && question.is(done.messageId())) {
                    screen.done(done.result());
                    end(ExitCode.DONE);
                }
            }
            case ServerFrame.Failure failure -> onFailure(failure);
            case ServerFrame.ToolCall call ->
                    screen.note(
                            "Tool " + call.server() + " · " + call.tool() + " " + call.arguments());
            case ServerFrame.ToolResult result -> screen.note("Tool result: " + result.status());
            case ServerFrame.Approval ask -> onApproval(ask);
            case ServerFrame.Blocked blocked -> screen.error(blocked.message());
            case ServerFrame.Warning warning -> screen.note(warning.message());
            case ServerFrame.AuthExpiring expiring -> renew(expiring);
            case ServerFrame.Closing closing ->
                    line.drain(Duration.ofMillis(closing.reconnectAfterMs()));
            case ServerFrame.Pong pong -> {}
        }
    }

    private void onWelcome(ServerFrame.Welcome welcome, String cursor) throws InterruptedException {
        welcomed = true;
        String from = cursor.isEmpty() && welcome.resumed() ? line.resume().cursor() : cursor;
        line.resumeFrom(new Resume(welcome.sessionId(), from));
        defaultConversation = welcome.conversationId();
        conversation = conversation == null ? welcome.conversationId() : conversation;
        usage = welcome.usage() == null ? usage : welcome.usage();
        pulse.welcomed(welcome.heartbeatS());
        if (!introduced) {
            introduced = true;
            screen.note(welcome.text());
            screen.note("Conversation " + conversation + ". /help lists the commands.");
        }
        if (question == null) {
            proceed();
        } else if (!question.accepted() || !welcome.resumed()) {
            askAgain(question);
        }
    }

    private void askAgain(Question asked) throws InterruptedException {
        if (asked.hasText()) {
            screen.restarted("");
        }
        asked.again();
        sendQuestion(asked);
    }

    private void onFailure(ServerFrame.Failure failure) throws InterruptedException {
        if (failure.code() == ErrorCode.RESUME_EXPIRED) {
            screen.note("The session had expired; a new one goes on.");
            return;
        }
        screen.error(Advice.of(failure));
        boolean nameless = failure.messageId() == null && failure.clientMsgId() == null;
        if (question != null
                && (question.is(failure.messageId(), failure.clientMsgId())
                        || (nameless && !question.accepted()))) {
            end(ExitCode.FAILED);
        }
    }

    private void onApproval(ServerFrame.Approval ask) throws InterruptedException {
        String what = ask.server() + " · " + ask.tool() + " " + ask.arguments();
        if (settings.commands()) {
            approval = ask.callId();
            screen.note(
                    "May the assistant use "
                            + what
                            + "? /approve or /deny, until "
                            + ask.expiresAt());
        } else {
            screen.error("Denied, since nobody is here to allow it: " + what);
            send(new ClientFrame.Approve(ask.callId(), false));
        }
    }

    private void renew(ServerFrame.AuthExpiring expiring) throws InterruptedException {
        try {
            String token = gateway.renew();
            if (token == null) {
                screen.note(
                        "The sign-in ends at "
                                + expiring.expiresAt()
                                + "; start again with a fresh token.");
            } else {
                send(new ClientFrame.Auth(token));
            }
        } catch (IOException e) {
            screen.note(
                    "The sign-in ends at " + expiring.expiresAt() + " and could not be renewed.");
        }
    }

    // ---- lines

    private void onLine(String typed) throws InterruptedException {
        if (settings.commands() && typed.startsWith("/")) {
            command(typed.strip());
            return;
        }
        if (typed.isBlank() && settings.commands()) {
            proceed();
        } else if (ahead.size() >= LINES_AHEAD_MAX) {
            screen.error("Too many lines ahead; this one was not taken.");
        } else {
            ahead.add(typed);
            proceed();
        }
    }

    /** Sends the next line if it may go, or says that there may be one. */
    private void proceed() throws InterruptedException {
        if (question != null || !welcomed) {
            return;
        }
        String next = ahead.poll();
        if (next == null) {
            leaveWhenIdle();
            if (exit == null) {
                screen.prompt();
                idle.run();
            }
            return;
        }
        question = new Question(next);
        deadlineNanos = System.nanoTime() + settings.answerTimeout().toNanos();
        sendQuestion(question);
    }

    private void sendQuestion(Question asked) throws InterruptedException {
        String other =
                conversation == null || conversation.equals(defaultConversation)
                        ? null
                        : conversation;
        send(
                new ClientFrame.Message(
                        asked.text(), asked.clientMsgId(), other, settings.model(), null, null));
    }

    private void end(int code) throws InterruptedException {
        question = null;
        approval = null;
        outcome = code;
        proceed();
    }

    private void leaveWhenIdle() {
        if (leaving && question == null && ahead.isEmpty()) {
            exit = outcome;
        }
    }

    private void onInterrupt() throws InterruptedException {
        if (question == null || question.stopping() || !stop()) {
            exit = settings.commands() ? ExitCode.DONE : ExitCode.INTERRUPTED;
        } else {
            screen.note("Stopping; Ctrl-C again leaves.");
        }
    }

    private boolean stop() throws InterruptedException {
        String id = question == null ? null : question.messageId();
        if (question == null || id == null || !send(new ClientFrame.Stop(id))) {
            return false;
        }
        question.stop();
        return true;
    }

    private void command(String typed) throws InterruptedException {
        String[] words = typed.split("\\s+", 2);
        String arguments = words.length > 1 ? words[1] : "";
        try {
            switch (words[0]) {
                case "/stop" -> screen.note(stop() ? "Stopping." : "Nothing is running.");
                case "/approve" -> decide(true);
                case "/deny" -> decide(false);
                case "/new" -> startAnew();
                case "/history" -> lookups.history(arguments);
                case "/export" -> lookups.export(conversation, arguments);
                case "/usage" -> lookups.usage(usage);
                case "/quit", "/exit" -> exit = ExitCode.DONE;
                case "/help" -> Lookups.HELP.forEach(screen::reply);
                default -> screen.reply("There is no " + words[0] + "; /help lists the commands.");
            }
        } catch (RefusedException e) {
            screen.error(Advice.of(e));
        } catch (IOException e) {
            screen.error("The server cannot be reached.");
        }
        if (exit == null && question == null) {
            proceed();
        }
    }

    private void decide(boolean approved) throws InterruptedException {
        if (approval == null) {
            screen.reply("Nothing waits for an answer.");
        } else if (send(new ClientFrame.Approve(approval, approved))) {
            approval = null;
        }
    }

    /** A running answer goes on without this terminal and will be in the history. */
    private void startAnew() throws InterruptedException {
        line.close();
        line.resumeFrom(Resume.NOTHING);
        question = null;
        conversation = null;
        welcomed = false;
        pulse.reset();
        introduced = false;
        giveUpFor(line.reopen());
    }
}
