package dev.parley.orchestrator.stream;

import java.time.Duration;

/** Which workers live, by what this instance has heard of them. */
public interface Workers {

    /** Nobody is ever taken for lost. */
    Workers UNKNOWN =
            new Workers() {
                @Override
                public boolean isLost(String worker) {
                    return false;
                }

                @Override
                public Duration idleFor() {
                    return Duration.ZERO;
                }

                @Override
                public Duration noneFor() {
                    return Duration.ZERO;
                }
            };

    /**
     * Whether nothing was heard of it for longer than a living worker is silent, while another one
     * was heard.
     */
    boolean isLost(String worker);

    /** How long there has been a living worker with room for a job; zero: there is none. */
    Duration idleFor();

    /**
     * How long there has been no living worker at all, as far as it was seen that none said
     * anything; zero: there is one, or nobody can tell.
     */
    Duration noneFor();
}
