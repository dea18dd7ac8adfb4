package dev.parley.orchestrator.stream;

import dev.parley.schemas.Topic;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.Stores;

/**
 * Requests, results and what is leased of team budgets, spread by user alike, meet in one processor
 * with one store; one sink takes everything and the record's key names its topic. The accounts of
 * teams are a task of their own.
 */
final class OrchestratorTopology {

    private static final String PROCESSOR = "users";

    /** What is dropped from the state is gone from its changelog as soon as requests expire. */
    private static final Map<String, String> CHANGELOG =
            Map.of(
                    TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                    Long.toString(Topic.WORK_RETENTION.toMillis()));

    private OrchestratorTopology() {}

    static Topology of(Rules rules, Carriage carriage, boolean inMemory) {
        KeyValueBytesStoreSupplier supplier =
                inMemory
                        ? Stores.inMemoryKeyValueStore(StateKeys.STORE)
                        : Stores.persistentKeyValueStore(StateKeys.STORE);
        Topology topology = users(rules, carriage, supplier);
        KeyValueBytesStoreSupplier accounts =
                inMemory
                        ? Stores.inMemoryKeyValueStore(StateKeys.TEAM_STORE)
                        : Stores.persistentKeyValueStore(StateKeys.TEAM_STORE);
        return topology.addSource(
                        "teams",
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        Topic.TEAMS.topicName())
                .addProcessor("accounts", () -> new TeamProcessor(rules), "teams")
                .addStateStore(
                        Stores.keyValueStoreBuilder(accounts, Serdes.String(), Serdes.ByteArray())
                                .withCachingDisabled(),
                        "accounts")
                .addSink(
                        "leases",
                        Topic.SLICES.topicName(),
                        new TeamProcessor.SliceKey.Writer(),
                        new ByteArraySerializer(),
                        TeamProcessor.SliceKey::partitions,
                        "accounts");
    }

    private static Topology users(
            Rules rules, Carriage carriage, KeyValueBytesStoreSupplier supplier) {
        return new Topology()
                .addSource(
                        "requests",
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        Topic.REQUESTS.topicName())
                .addSource(
                        "results",
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        Topic.RESULTS.topicName())
                .addSource(
                        "slices",
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        Topic.SLICES.topicName())
                .addProcessor(
                        PROCESSOR,
                        () -> new UserProcessor(rules, carriage),
                        "requests",
                        "results",
                        "slices")
                .addStateStore(
                        Stores.keyValueStoreBuilder(supplier, Serdes.String(), Serdes.ByteArray())
                                .withCachingDisabled()
                                .withLoggingEnabled(CHANGELOG),
                        PROCESSOR)
                .addSink(
                        "out",
                        (OutKey key,
                                byte[] value,
                                org.apache.kafka.streams.processor.RecordContext at) -> key.topic(),
                        new OutKey.Writer(),
                        new ByteArraySerializer(),
                        PROCESSOR);
    }
}
