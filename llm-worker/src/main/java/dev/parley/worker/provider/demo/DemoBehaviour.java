package dev.parley.worker.provider.demo;

import java.util.Locale;
import java.util.Optional;

/** What the demonstration does, and how it fails. */
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
    /** Cannot be reached on every other call, and answers on the ones between. */
    FLAKY,
    /** Fails before the first token, for good. */
    FAIL_BEFORE,
    /** Fails before the first token in a way that another call may help. */
    UNAVAILABLE,
    /** Fails in the middle. */
    FAIL_DURING,
    /** The stream is cut in the middle. */
    CUT,
    /** The stream is cut before the first token. */
    CUT_BEFORE,
    /** Sends in the middle what cannot be read. */
    GARBLED,
    /** Silent before the first token, until the time-out. */
    STALL_BEFORE,
    /** Silent in the middle, until the time-out. */
    STALL,
    /** Refuses by rate, and asks to come back after 7 s. */
    TOO_MANY("429"),
    /** Refuses this system's credentials. */
    REFUSED("401"),
    /** Refuses by the provider's filter. */
    FILTER;

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

    static Optional<DemoBehaviour> named(String name) {
        for (DemoBehaviour behaviour : values()) {
            if (behaviour.wireName.equals(name)) {
                return Optional.of(behaviour);
            }
        }
        return Optional.empty();
    }
}
