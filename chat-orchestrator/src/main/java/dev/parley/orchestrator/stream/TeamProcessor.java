package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.TeamAccount;
import dev.parley.orchestrator.core.TeamEvent;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The accounts of all teams: leases slices of their budgets to partitions of users. */
final class TeamProcessor implements Processor<String, byte[], TeamProcessor.SliceKey, byte[]> {

    private static final Logger LOG = LoggerFactory.getLogger(TeamProcessor.class);

    private final Rules rules;
    private KeyValueStore<String, byte[]> store;
    private ProcessorContext<SliceKey, byte[]> context;

    /** The key of a record for one partition of users. */
    record SliceKey(String team, int partition) {

        static Optional<Set<Integer>> partitions(
                String topic, SliceKey key, byte @Nullable [] value, int partitions) {
            return Optional.of(Set.of(key.partition()));
        }

        static final class Writer implements Serializer<SliceKey> {
            @Override
            public byte[] serialize(String topic, SliceKey data) {
                return data.team().getBytes(StandardCharsets.UTF_8);
            }
        }
    }

    @SuppressWarnings("NullAway.Init") // init() comes before any record
    TeamProcessor(Rules rules) {
        this.rules = rules;
    }

    @Override
    public void init(ProcessorContext<SliceKey, byte[]> newContext) {
        context = newContext;
        store = newContext.getStateStore(StateKeys.TEAM_STORE);
    }

    @Override
    public void process(Record<String, byte[]> record) {
        TeamEvent.ToAccount event;
        try {
            event = Json.read(record.value(), TeamEvent.ToAccount.class);
        } catch (UnreadableRecordException e) {
            LOG.error("a record of a team's account cannot be read: {}", e.getMessage());
            return;
        }
        byte[] known = store.get(event.team());
        TeamAccount account =
                known == null ? TeamAccount.of(event.team()) : Json.read(known, TeamAccount.class);
        Instant now = Instant.ofEpochMilli(record.timestamp());
        TeamAccount.Decided decided =
                account.decide(
                        event,
                        rules.policy().get().shared(event.team()),
                        now,
                        rules.settings().budgetZone());
        store.put(event.team(), Json.write(decided.account()));
        for (TeamEvent.ToPartition told : decided.told()) {
            context.forward(
                    new Record<>(
                            new SliceKey(told.team(), told.partition()),
                            Json.write(told),
                            record.timestamp()));
        }
    }
}
