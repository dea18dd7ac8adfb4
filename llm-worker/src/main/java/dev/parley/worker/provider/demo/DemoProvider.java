package dev.parley.worker.provider.demo;

import dev.parley.schemas.record.ChatMessage;
import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The demonstration, under the names {@code demo} and {@code demo:COMMAND}. */
public final class DemoProvider implements ModelProvider {

    /** The name of the plain model, and of the provider. */
    public static final String MODEL = DemoCommand.MODEL;

    private final DemoSettings settings;
    private final Duration silenceTimeout;
    private final Clock clock;
    private final DemoAnswers answers;
    private final AtomicLong flakyCalls = new AtomicLong();

    /**
     * @param silenceTimeout after which a feigned silence ends as a time-out
     */
    public DemoProvider(DemoSettings settings, Duration silenceTimeout, Clock clock) {
        this.settings = settings;
        this.silenceTimeout = silenceTimeout;
        this.clock = clock;
        this.answers = DemoAnswers.load();
    }

    @Override
    public String name() {
        return MODEL;
    }

    @Override
    public boolean serves(String model) {
        return DemoCommand.ofModel(model).isPresent();
    }

    @Override
    public boolean continues(String model) {
        return true;
    }

    @Override
    public List<String> models() {
        return List.of(MODEL);
    }

    @Override
    public ModelStream open(ModelRequest request) {
        String asked = lastOfUser(request.messages());
        DemoCommand byModel = DemoCommand.ofModel(request.model()).orElse(DemoCommand.PLAIN);
        DemoCommand command =
                byModel.equals(DemoCommand.PLAIN)
                        ? DemoCommand.ofText(asked).orElse(byModel)
                        : byModel;
        if (command.behaviour() == DemoBehaviour.FLAKY) {
            command = turnOf(command);
        }
        DemoTools tools = new DemoTools(request.messages(), request.tools());
        String text =
                command.behaviour() == DemoBehaviour.ECHO
                        ? asked
                        : tools.isTold() ? tools.answer() : answers.to(request.messages());
        return new DemoStream(
                request, command, text, tools.calls(), settings, silenceTimeout, clock);
    }

    private DemoCommand turnOf(DemoCommand flaky) {
        return new DemoCommand(
                flakyCalls.getAndIncrement() % 2 == 0
                        ? DemoBehaviour.UNAVAILABLE
                        : DemoBehaviour.NORMAL,
                flaky.tokensPerSecond(),
                flaky.firstTokenDelay(),
                flaky.tokens());
    }

    private static String lastOfUser(List<ChatMessage> messages) {
        for (ChatMessage message : messages.reversed()) {
            if (message.role().equals("user")) {
                return message.content();
            }
        }
        return "";
    }
}
