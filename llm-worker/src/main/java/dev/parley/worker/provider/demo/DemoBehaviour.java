package dev.parley.worker.provider.demo;

import java.util.Locale;
import java.util.Optional;

/**
 * How the demonstration behaves, chosen by the model name {@code demo:NAME} or by a message whose
 * first line is {@code /demo NAME}.
 */
enum DemoBehaviour {
    /** Answers at the configured pace. */
    NORMAL,
    /** Answers as fast as possible, without a delay before the first token. */
    FAST,
    /** Five tokens a second. */
    SLOW,
    /** Never ends by itself: until the longest answer that was asked for. */
    LONG,
    /** Says back what the user said. */
    ECHO,
    /** Answers, and reports no usage. */
    NO_USAGE,
    /** Fails before the first token. */
    FAIL_BEFORE,
    /** Fails in the middle. */
    FAIL_DURING,
    /** The stream is cut in the middle. */
    CUT,
    /** Silent before the first token, until the time-out. */
    STALL_BEFORE,
    /** Silent in the middle, until the time-out. */
    STALL,
    /** Refuses by rate, and asks to come back after 7 s. */
    TOO_MANY("429"),
    /** Refuses by the provider's filter. */
    FILTER;

    static final String MODEL = "demo";
    private static final String MODEL_PREFIX = MODEL + ":";
    private static final String COMMAND = "/demo ";

    private final String wireName;

    DemoBehaviour() {
        this.wireName = name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    DemoBehaviour(String wireName) {
        this.wireName = wireName;
    }

    /** For example {@code fail-before}. */
    String wireName() {
        return wireName;
    }

    /** Of the plain model and of every known {@code demo:NAME}. */
    static Optional<DemoBehaviour> ofModel(String model) {
        if (model.equals(MODEL)) {
            return Optional.of(NORMAL);
        }
        return model.startsWith(MODEL_PREFIX)
                ? named(model.substring(MODEL_PREFIX.length()))
                : Optional.empty();
    }

    /** What the text commands, if it is a command. */
    static Optional<DemoBehaviour> ofText(String text) {
        if (!text.startsWith(COMMAND)) {
            return Optional.empty();
        }
        String firstLine = text.lines().findFirst().orElse("");
        return named(firstLine.substring(COMMAND.length()).strip());
    }

    private static Optional<DemoBehaviour> named(String name) {
        for (DemoBehaviour behaviour : values()) {
            if (behaviour.wireName.equals(name)) {
                return Optional.of(behaviour);
            }
        }
        return Optional.empty();
    }
}
