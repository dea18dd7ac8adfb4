package dev.parley.orchestrator.admin;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.springframework.stereotype.Component;

/** Wakes this instance's relay, so that what was changed here need not wait for its next look. */
@Component
@ConditionalOnDatabase
class RelaySignal {

    private final Semaphore changes = new Semaphore(0);

    void changed() {
        changes.release();
    }

    /** Returns at the next change, or when the time is over. */
    void await(Duration atMost) throws InterruptedException {
        if (changes.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            changes.drainPermits();
        }
    }
}
