package dev.parley.worker.provider.demo;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * What the demonstration is told: a behaviour and settings, by the model's name {@code
 * demo:NAME,KEY=VALUE…} or by a message whose first line is {@code /demo NAME KEY=VALUE …}. The
 * name may be left out.
 *
 * @param tokensPerSecond {@code pace}: 0 to 100,000; 0: as fast as possible; null: as configured
 * @param firstTokenDelay {@code delay}: for example {@code 200ms}; null: as configured
 * @param tokens {@code tokens}: length of the answer, 1 to 1,000,000, whose text is repeated or cut
 *     to it; null: the text decides
 */
record DemoCommand(
        DemoBehaviour behaviour,
        @Nullable Integer tokensPerSecond,
        @Nullable Duration firstTokenDelay,
        @Nullable Integer tokens) {

    static final String MODEL = "demo";
    static final DemoCommand PLAIN = new DemoCommand(DemoBehaviour.NORMAL, null, null, null);

    private static final String MODEL_PREFIX = MODEL + ":";
    private static final String COMMAND = "/demo ";
    private static final int PACE_MAX = 100_000;
    private static final int TOKENS_MAX = 1_000_000;

    /** Of the plain model and of every {@code demo:…} that can be understood. */
    static Optional<DemoCommand> ofModel(String model) {
        if (model.equals(MODEL)) {
            return Optional.of(PLAIN);
        }
        return model.startsWith(MODEL_PREFIX)
                ? parse(model.substring(MODEL_PREFIX.length()))
                : Optional.empty();
    }

    /** What the text commands, if it is a command. */
    static Optional<DemoCommand> ofText(String text) {
        return text.startsWith(COMMAND)
                ? parse(text.lines().findFirst().orElse("").substring(COMMAND.length()))
                : Optional.empty();
    }

    private static Optional<DemoCommand> parse(String words) {
        DemoCommand command = PLAIN;
        boolean first = true;
        for (String word : words.strip().split("[ ,]+")) {
            int equals = word.indexOf('=');
            Optional<DemoCommand> more =
                    equals < 0 && first
                            ? DemoBehaviour.named(word).map(command::behaving)
                            : equals < 0
                                    ? Optional.empty()
                                    : command.with(
                                            word.substring(0, equals), word.substring(equals + 1));
            if (more.isEmpty()) {
                return Optional.empty();
            }
            command = more.get();
            first = false;
        }
        return Optional.of(command);
    }

    private DemoCommand behaving(DemoBehaviour how) {
        return new DemoCommand(how, tokensPerSecond, firstTokenDelay, tokens);
    }

    private Optional<DemoCommand> with(String key, String value) {
        try {
            return switch (key) {
                case "pace" -> {
                    int pace = Integer.parseInt(value);
                    yield pace < 0 || pace > PACE_MAX
                            ? Optional.empty()
                            : Optional.of(
                                    new DemoCommand(behaviour, pace, firstTokenDelay, tokens));
                }
                case "delay" ->
                        Optional.of(
                                new DemoCommand(
                                        behaviour,
                                        tokensPerSecond,
                                        DurationStyle.SIMPLE.parse(value),
                                        tokens));
                case "tokens" -> {
                    int length = Integer.parseInt(value);
                    yield length < 1 || length > TOKENS_MAX
                            ? Optional.empty()
                            : Optional.of(
                                    new DemoCommand(
                                            behaviour, tokensPerSecond, firstTokenDelay, length));
                }
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
