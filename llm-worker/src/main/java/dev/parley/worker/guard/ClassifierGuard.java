package dev.parley.worker.guard;

import dev.parley.schemas.record.ChatMessage;
import dev.parley.worker.provider.ModelRequest;
import dev.parley.worker.provider.ModelStream;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.Providers;
import dev.parley.worker.provider.StreamEvent;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Asks a model for its judgement. */
public final class ClassifierGuard implements Guard {

    private static final String NAME = "classifier";
    private static final int REPLY_TOKENS_MAX = 16;

    private final GuardSettings.Classifier settings;
    private final Providers providers;
    private final Clock clock;

    public ClassifierGuard(GuardSettings.Classifier settings, Providers providers, Clock clock) {
        this.settings = settings;
        this.providers = providers;
        this.clock = clock;
    }

    @Override
    public boolean checks(Stage stage) {
        return settings.stages().contains(stage);
    }

    @Override
    public boolean needsWhole() {
        return true;
    }

    @Override
    public Verdict check(Stage stage, String text, Instant deadline) throws UncheckableException {
        Instant own = clock.instant().plus(settings.timeout());
        String reply;
        try {
            reply = reply(text, own.isBefore(deadline) ? own : deadline);
        } catch (ProviderException e) {
            throw new UncheckableException("the classifier's model did not reply", e);
        }
        return verdictOf(reply, stage, settings.message());
    }

    /** What a reply says. */
    static Verdict verdictOf(String reply, Stage stage, @Nullable String message)
            throws UncheckableException {
        String word = reply.strip().toUpperCase(Locale.ROOT);
        for (Outcome outcome : Outcome.values()) {
            if (word.startsWith(outcome.name())) {
                return outcome == Outcome.ALLOW
                        ? Verdict.ALLOWED
                        : new Verdict(
                                outcome,
                                NAME,
                                message == null ? Guards.message(outcome, stage) : message);
            }
        }
        throw new UncheckableException(
                "the classifier's model replied with something else", new IllegalStateException());
    }

    private String reply(String text, Instant until) throws ProviderException {
        Providers.Route route = providers.route(settings.model());
        ModelRequest request =
                new ModelRequest(
                        route.model(),
                        List.of(
                                new ChatMessage("system", settings.instructions()),
                                new ChatMessage("user", "<text>\n" + text + "\n</text>")),
                        REPLY_TOKENS_MAX,
                        0.0,
                        until);
        StringBuilder reply = new StringBuilder();
        try (ModelStream stream = providers.open(route, request)) {
            while (true) {
                switch (stream.next()) {
                    case StreamEvent.Text(String piece) -> reply.append(piece);
                    case StreamEvent.ToolCall _, StreamEvent.Usage _ -> {}
                    case StreamEvent.Finished _ -> {
                        return reply.toString();
                    }
                }
            }
        }
    }
}
