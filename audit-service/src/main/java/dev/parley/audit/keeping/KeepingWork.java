package dev.parley.audit.keeping;

import dev.parley.audit.store.SchemaReady;
import dev.parley.audit.work.RepeatedWork;
import jakarta.annotation.PreDestroy;
import java.time.Clock;
import java.time.Instant;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Sends erasures that the log has not taken, and runs the retention when it is due. */
@Component
final class KeepingWork {

    private final Erasures erasures;
    private final Retention retention;
    private final KeepingSettings settings;
    private final Clock clock;
    private final RepeatedWork work;
    private Instant nextRetention = Instant.MIN;

    KeepingWork(Erasures erasures, Retention retention, KeepingSettings settings, Clock clock) {
        this.erasures = erasures;
        this.retention = retention;
        this.settings = settings;
        this.clock = clock;
        this.work = new RepeatedWork("keeping", settings.idle(), this::piece);
    }

    @EventListener
    void start(SchemaReady ready) {
        if (settings.enabled()) {
            work.start();
        }
    }

    private boolean piece() {
        Instant now = clock.instant();
        if (!now.isBefore(nextRetention)) {
            nextRetention = now.plus(settings.retention());
            retention.run();
        }
        erasures.publishWaiting();
        return false;
    }

    @PreDestroy
    void stop() {
        work.stop();
    }
}
