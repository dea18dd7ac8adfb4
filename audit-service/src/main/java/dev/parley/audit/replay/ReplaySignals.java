package dev.parley.audit.replay;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;

/**
 * Wakes the players of this instance when somebody says something; those of another instance look
 * into the table by themselves.
 */
@Component
class ReplaySignals {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition said = lock.newCondition();

    void signal() {
        lock.lock();
        try {
            said.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void await(long ms) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            // Woken early or for another replay does no harm: the player looks at its own.
            boolean ignored = said.await(ms, TimeUnit.MILLISECONDS);
        } finally {
            lock.unlock();
        }
    }
}
