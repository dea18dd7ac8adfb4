package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.DeciderSettings;
import dev.parley.orchestrator.core.Policy;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What decisions go by.
 *
 * @param policy the newest
 * @param clockTolerance how far a record's own time may be from this instance's; further, this
 *     instance's counts, so that a gateway with a wrong clock moves no deadline
 * @param conversationAge after which an unused conversation's messages leave the state
 * @param commitOnTerminal whether a terminal asks for its commit at once
 * @param takeover when an answer goes to another worker
 * @param workers which live
 * @param violations when the guard's reports block a user
 * @param blocks told of a user who is to be blocked; does not wait
 */
public record Rules(
        DeciderSettings settings,
        Supplier<Policy> policy,
        Clock clock,
        Duration clockTolerance,
        Duration conversationAge,
        boolean commitOnTerminal,
        TakeoverSettings takeover,
        Workers workers,
        ViolationSettings violations,
        Consumer<BlockDue> blocks) {

    /** Where nobody is taken for lost. */
    public Rules(
            DeciderSettings settings,
            Supplier<Policy> policy,
            Clock clock,
            Duration clockTolerance,
            Duration conversationAge,
            boolean commitOnTerminal) {
        this(
                settings,
                policy,
                clock,
                clockTolerance,
                conversationAge,
                commitOnTerminal,
                new TakeoverSettings(
                        Duration.ofSeconds(3), Duration.ofSeconds(5), 3, Duration.ofSeconds(50)),
                Workers.UNKNOWN,
                new ViolationSettings(0, Duration.ofHours(1), Duration.ofHours(24)),
                due -> {});
    }
}
