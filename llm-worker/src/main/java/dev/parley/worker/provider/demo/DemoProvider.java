package dev.parley.worker.provider.demo;

import dev.parley.worker.provider.ModelProvider;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import java.time.Clock;
import java.time.Duration;

/** The demonstration, under the names {@code demo} and {@code demo:BEHAVIOUR}. */
public final class DemoProvider implements ModelProvider {

    /** The name of the plain model. */
    public static final String MODEL = DemoBehaviour.MODEL;

    private final DemoSettings settings;
    private final Duration silenceTimeout;
    private final Clock clock;
    private final DemoAnswers answers;

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
        return DemoBehaviour.ofModel(model).isPresent();
    }

    @Override
    public ModelStream open(ModelRequest request) {
        String last = request.messages().isEmpty() ? "" : request.messages().getLast().content();
        DemoBehaviour byModel = DemoBehaviour.ofModel(request.model()).orElse(DemoBehaviour.NORMAL);
        DemoBehaviour behaviour =
                byModel == DemoBehaviour.NORMAL
                        ? DemoBehaviour.ofText(last).orElse(byModel)
                        : byModel;
        String text =
                switch (behaviour) {
                    case ECHO -> last;
                    default -> answers.to(request.messages());
                };
        return new DemoStream(request, behaviour, text, settings, silenceTimeout, clock);
    }
}
