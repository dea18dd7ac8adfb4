package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.stream.BlockDue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Blocks whom the guard's reports block, as an administrator would. */
@Component
@ConditionalOnDatabase
class DueBlocks {

    private static final Logger LOG = LoggerFactory.getLogger(DueBlocks.class);

    private final PolicyBook book;

    DueBlocks(PolicyBook book) {
        this.book = book;
    }

    /** On a thread of its own, since whoever decides waits for no database. */
    @EventListener
    void on(BlockDue due) {
        Thread.ofVirtual().name("due-block").start(() -> block(due));
    }

    private void block(BlockDue due) {
        try {
            book.putAnyVersion(
                    new Administrator(Administrator.SYSTEM, Administrator.ROLE), due.block(), null);
            LOG.info("{} is blocked: {}", due.block().user(), due.block().reason());
        } catch (RuntimeException e) {
            // The next violation asks again.
            LOG.error("{} could not be blocked", due.block().user(), e);
        }
    }
}
