package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.kafka.KafkaClients;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lanes that the broker has said exist. Lanes are made ahead, many at once, and never removed, so
 * an unknown one makes all of them known; a number that no lane topic can have is no lane.
 */
public final class KnownLanes implements Lanes, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KnownLanes.class);
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final int LANE_MAX = 99_999;

    private final Admin admin;
    private final Set<Integer> known = ConcurrentHashMap.newKeySet();

    public KnownLanes(KafkaClients clients) {
        this.admin = clients.admin("lanes");
    }

    /** Asks for all at once: ahead of the first frame, and when a lane is new. */
    public void learn() {
        try {
            for (String topic :
                    admin.listTopics().names().get(ASK_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                String prefix = "parley.lane.";
                if (topic.startsWith(prefix)) {
                    known.add(Integer.parseInt(topic.substring(prefix.length())));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException | NumberFormatException e) {
            LOG.info("lanes are learnt as they are used: {}", e.toString());
        }
    }

    @Override
    public boolean exists(int lane) {
        if (known.contains(lane)) {
            return true;
        }
        if (lane < 0 || lane > LANE_MAX) {
            return false;
        }
        learn();
        boolean exists = known.contains(lane);
        if (!exists) {
            LOG.warn("lane {} cannot be written: there is no such topic", lane);
        }
        return exists;
    }

    @Override
    public void close() {
        admin.close(CLOSE_TIMEOUT);
    }
}
