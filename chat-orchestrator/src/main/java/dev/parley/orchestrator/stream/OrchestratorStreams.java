package dev.parley.orchestrator.stream;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.orchestrator.core.Memory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.HostInfo;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running application. A thread that fails is replaced, after a pause that keeps a lasting
 * fault from becoming a busy loop.
 */
public final class OrchestratorStreams {

    private static final Logger LOG = LoggerFactory.getLogger(OrchestratorStreams.class);
    private static final Duration REPLACE_PAUSE = Duration.ofMillis(500);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(15);

    private final Rules rules;
    private final Carriage carriage;
    private final StreamsOptions options;
    private final KafkaSettings kafka;
    private final KafkaClients clients;
    private volatile @Nullable KafkaStreams streams;
    private volatile @Nullable HostInfo self;

    public OrchestratorStreams(
            Rules rules,
            Carriage carriage,
            StreamsOptions options,
            KafkaSettings kafka,
            KafkaClients clients) {
        this.rules = rules;
        this.carriage = carriage;
        this.options = options;
        this.kafka = kafka;
        this.clients = clients;
    }

    /**
     * Starts; returns before the state is there.
     *
     * @param server host:port under which other instances reach this one
     */
    public void start(String server) {
        Instance instance = carriage.instance();
        KafkaStreams made =
                new KafkaStreams(
                        OrchestratorTopology.of(rules, carriage, options.inMemory()),
                        StreamsConfiguration.of(
                                BrokerMinimum.within(clients, options),
                                kafka,
                                clients,
                                instance,
                                server),
                        new SpeculativeDispatch());
        made.setUncaughtExceptionHandler(OrchestratorStreams::replace);
        made.setStateListener((now, before) -> LOG.info("streams: {} after {}", now, before));
        self = HostInfo.buildFromEndpoint(server);
        streams = made;
        made.start();
    }

    /**
     * Commits what is done. Others take over at once, unless this instance has a name under which
     * it is expected back.
     */
    public void stop() {
        KafkaStreams running = streams;
        streams = null;
        if (running != null) {
            running.close(
                    CloseOptions.timeout(CLOSE_TIMEOUT)
                            .withGroupMembershipOperation(
                                    options.failover().instanceId() == null
                                            ? GroupMembershipOperation.LEAVE_GROUP
                                            : GroupMembershipOperation.REMAIN_IN_GROUP));
        }
    }

    public boolean isRunning() {
        KafkaStreams running = streams;
        return running != null && running.state() == KafkaStreams.State.RUNNING;
    }

    /** Where a user's state is; null while that is not known. */
    public @Nullable HostInfo hostOf(String userId) {
        KafkaStreams running = streams;
        if (running == null) {
            return null;
        }
        try {
            KeyQueryMetadata metadata =
                    running.queryMetadataForKey(StateKeys.STORE, userId, new StringSerializer());
            return metadata.equals(KeyQueryMetadata.NOT_AVAILABLE) ? null : metadata.activeHost();
        } catch (InvalidStateStoreException | IllegalStateException e) {
            return null;
        }
    }

    /** This instance, as others reach it; null before its start. */
    public @Nullable HostInfo self() {
        return self;
    }

    /** Whether that is this instance. */
    public boolean isHere(HostInfo host) {
        return host.equals(self);
    }

    /** This instance's copy of a user's state; null while it is not here or not ready. */
    public @Nullable Memory memory(String userId) {
        KafkaStreams running = streams;
        if (running == null) {
            return null;
        }
        try {
            return new StoredMemory(
                    running.store(
                            StoreQueryParameters.fromNameAndType(
                                    StateKeys.STORE, QueryableStoreTypes.keyValueStore())),
                    userId);
        } catch (InvalidStateStoreException e) {
            return null;
        }
    }

    private static StreamThreadExceptionResponse replace(Throwable failure) {
        LOG.error("a stream thread failed and is replaced", failure);
        try {
            TimeUnit.MILLISECONDS.sleep(REPLACE_PAUSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
}
