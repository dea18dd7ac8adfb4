package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.Instance;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Which instance carries the outbox. By the database's clock alone; a holder that stood still past
 * its time is fenced by Kafka, where the transactions of the next one end those of the last. Used
 * by one thread.
 */
@Component
@ConditionalOnDatabase
class RelayLease {

    private final JdbcClient database;
    private final String owner;
    private final double seconds;
    private long heldAt;
    private boolean held;

    RelayLease(JdbcClient database, Instance instance, AdministrationSettings settings) {
        this.database = database;
        this.owner = instance.id();
        this.seconds = settings.lease().toMillis() / 1000.0;
    }

    /** Takes the lease if it is free or ours; renews it when a third of its time is over. */
    boolean hold() {
        long now = System.nanoTime();
        if (held && now - heldAt < seconds * 1e9 / 3) {
            return true;
        }
        held = false;
        held = take();
        heldAt = now;
        return held;
    }

    private boolean take() {
        return database.sql(
                                """
                                UPDATE relay_lease
                                SET owner = ?, until = now() + make_interval(secs => ?)
                                WHERE id = 1 AND (owner = ? OR until < now())\
                                """)
                        .params(owner, seconds, owner)
                        .update()
                == 1;
    }

    /** Gives it back, so that another need not wait. */
    void release() {
        held = false;
        database.sql("UPDATE relay_lease SET until = '-infinity' WHERE id = 1 AND owner = ?")
                .param(owner)
                .update();
    }
}
