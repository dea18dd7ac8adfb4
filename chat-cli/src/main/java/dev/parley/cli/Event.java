package dev.parley.cli;

import tools.jackson.databind.JsonNode;

/** What happens to a conversation, in the order in which it is dealt with. */
sealed interface Event {

    /** A frame came in over {@code link}; one of an earlier link is void. */
    record FrameArrived(Link link, JsonNode frame, String text) implements Event {}

    /** {@code link} is over. */
    record LinkLost(Link link, LinkEnd end) implements Event {}

    /** The person typed a line. */
    record LineTyped(String line) implements Event {}

    /** There will be no more lines. */
    record InputEnded() implements Event {}

    /** Ctrl-C. */
    record Interrupted() implements Event {}
}
