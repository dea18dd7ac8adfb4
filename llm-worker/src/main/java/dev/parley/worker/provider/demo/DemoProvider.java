package dev.parley.worker.provider.demo;

import dev.parley.schemas.record.ChatMessage;
import dev.parley.worker.provider.ModelNames;
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

    private final String name;
    private final List<String> models;
    private final DemoSettings settings;
    private final Duration silenceTimeout;
    private final Clock clock;
    private final DemoAnswers answers;
    private final AtomicLong flakyCalls = new AtomicLong();

    /**
     * @param silenceTimeout after which a feigned silence ends as a time-out
     */
    public DemoProvider(DemoSettings settings, Duration silenceTimeout, Clock clock) {
        this(MODEL, List.of(MODEL), settings, silenceTimeout, clock);
    }

    /**
     * A demonstration that passes for another provider, to try routes with.
     *
     * @param models further names and globs that it answers to
     */
    public DemoProvider(
            String name,
            List<String> models,
            DemoSettings settings,
            Duration silenceTimeout,
            Clock clock) {
        this.name = name;
        this.models = List.copyOf(models);
        this.settings = settings;
        this.silenceTimeout = silenceTimeout;
        this.clock = clock;
        this.answers = DemoAnswers.load();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean serves(String model) {
        return exactness(model) >= 0;
    }

    @Override
    public int exactness(String model) {
        if (DemoCommand.ofModel(model).isPresent()) {
            return name.equals(MODEL) ? Integer.MAX_VALUE : 0;
        }
        return name.equals(MODEL) ? -1 : ModelNames.exactness(models, model);
    }

    @Override
    public boolean continues(String model) {
        return true;
    }

    @Override
    public List<String> models() {
        return models.stream().filter(model -> model.indexOf('*') < 0).toList();
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
