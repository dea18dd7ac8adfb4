package dev.parley.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one conversation is held.
 *
 * @param conversation an earlier conversation to go on with; null for a new one
 * @param model the model to ask for; null for the server's choice
 * @param commands whether a line that begins with a slash is a command
 * @param answerTimeout longest wait for the end of one answer
 */
record Settings(
        @Nullable String conversation,
        @Nullable String model,
        boolean commands,
        Duration answerTimeout) {}
