package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.DeciderSettings;
import dev.parley.orchestrator.core.Policy;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What decisions go by.
 *
 * @param policy the newest
 * @param clockTolerance how far a record's own time may be from this instance's; further, this
 *     instance's counts, so that a gateway with a wrong clock moves no deadline
 * @param conversationAge after which an unused conversation's messages leave the state
 * @param commitOnTerminal whether a terminal asks for its commit at once
 */
public record Rules(
        DeciderSettings settings,
        Supplier<Policy> policy,
        Clock clock,
        Duration clockTolerance,
        Duration conversationAge,
        boolean commitOnTerminal) {}
