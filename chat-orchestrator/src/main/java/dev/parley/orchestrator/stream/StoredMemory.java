package dev.parley.orchestrator.stream;

import dev.parley.orchestrator.core.Conversation;
import dev.parley.orchestrator.core.Decision;
import dev.parley.orchestrator.core.Memory;
import dev.parley.orchestrator.core.Message;
import dev.parley.orchestrator.core.Parking;
import dev.parley.orchestrator.core.TeamSlice;
import dev.parley.orchestrator.core.UserState;
import dev.parley.schemas.Json;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** One user's state in the store, as JSON. */
final class StoredMemory implements Memory {

    private final ReadOnlyKeyValueStore<String, byte[]> store;
    private final String userId;
    private @Nullable UserState user;

    StoredMemory(ReadOnlyKeyValueStore<String, byte[]> store, String userId) {
        this.store = store;
        this.userId = userId;
    }

    @Override
    public UserState user() {
        if (user == null) {
            UserState known = read(StateKeys.user(userId), UserState.class);
            user = known == null ? UserState.NEW : known;
        }
        return user;
    }

    @Override
    public TeamSlice team(String team) {
        TeamSlice known = read(StateKeys.team(team), TeamSlice.class);
        return known == null ? TeamSlice.none(team) : known;
    }

    @Override
    public @Nullable Conversation conversation(String conversationId) {
        return read(StateKeys.conversation(userId, conversationId), Conversation.class);
    }

    @Override
    public @Nullable Message message(String messageId) {
        return read(StateKeys.message(userId, messageId), Message.class);
    }

    @Override
    public @Nullable Parking parking(String messageId) {
        return read(StateKeys.parking(userId, messageId), Parking.class);
    }

    /** Writes what the decision changed. */
    static void write(
            KeyValueStore<String, byte[]> store,
            String userId,
            UserState before,
            Decision decision) {
        if (decision.user() != before) {
            store.put(StateKeys.user(userId), Json.write(decision.user()));
        }
        for (Conversation conversation : decision.conversations()) {
            store.put(StateKeys.conversation(userId, conversation.id()), Json.write(conversation));
        }
        for (Message message : decision.messages()) {
            store.put(StateKeys.message(userId, message.id()), Json.write(message));
        }
        for (Parking parking : decision.parkings()) {
            store.put(StateKeys.parking(userId, parking.messageId()), Json.write(parking));
        }
        for (String unparked : decision.unparked()) {
            store.delete(StateKeys.parking(userId, unparked));
        }
        for (TeamSlice slice : decision.teams()) {
            store.put(StateKeys.team(slice.team()), Json.write(slice));
        }
        for (String forgotten : decision.forgotten()) {
            store.delete(StateKeys.message(userId, forgotten));
        }
    }

    private <T> @Nullable T read(String key, Class<T> type) {
        byte[] value = store.get(key);
        return value == null ? null : Json.read(value, type);
    }
}
