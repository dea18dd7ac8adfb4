package dev.parley.gateway.lane;

import dev.parley.schemas.Topic;
import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** A lane as its reader sees it; changed by the reader's thread alone. */
final class Lane {

    final TopicPartition partition;
    final Set<LaneTenant> tenants = new HashSet<>(2);
    volatile long position;
    volatile boolean fetched;

    /** The consumer knows it. */
    boolean assigned;

    /** Fetched although nobody has it, so that the next tenant waits for nothing. */
    boolean warm;

    /** When something last came, or was last expected. */
    long quietSince;

    /** Known to be written: the lane is not quiet before it was read up to here. */
    long writtenTo;

    /** When the broker was last asked whether the lane has more. */
    long askedAt;

    Lane(int number, long position) {
        this.partition = new TopicPartition(Topic.lane(number), 0);
        this.position = position;
    }
}
