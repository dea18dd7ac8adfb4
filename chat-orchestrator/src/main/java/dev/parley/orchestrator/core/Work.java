package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.ReplyTo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One decision being made: reads go through its own writes. Not shared, not kept. */
final class Work implements Memory {

    private final Memory before;
    private UserState user;
    private final Map<String, Conversation> conversations = new LinkedHashMap<>();
    private final Map<String, Message> messages = new LinkedHashMap<>();
    private final Map<String, TeamSlice> teams = new LinkedHashMap<>();
    private final List<String> forgotten = new ArrayList<>();
    private final Map<String, Parking> parkings = new LinkedHashMap<>();
    private final Set<String> unparked = new LinkedHashSet<>();
    private final List<Emitted> emitted = new ArrayList<>();

    Work(Memory before) {
        this.before = before;
        this.user = before.user();
    }

    @Override
    public UserState user() {
        return user;
    }

    void user(UserState next) {
        user = next;
    }

    @Override
    public @Nullable Conversation conversation(String id) {
        Conversation changed = conversations.get(id);
        return changed == null ? before.conversation(id) : changed;
    }

    @Override
    public @Nullable Message message(String id) {
        Message changed = messages.get(id);
        return changed == null ? before.message(id) : changed;
    }

    @Override
    public @Nullable Parking parking(String messageId) {
        if (unparked.contains(messageId)) {
            return null;
        }
        Parking changed = parkings.get(messageId);
        return changed == null ? before.parking(messageId) : changed;
    }

    void put(Parking parking) {
        parkings.put(parking.messageId(), parking);
    }

    /** The answer has ended. */
    void unpark(String messageId) {
        if (parking(messageId) != null) {
            parkings.remove(messageId);
            unparked.add(messageId);
        }
    }

    @Override
    public TeamSlice team(String team) {
        TeamSlice changed = teams.get(team);
        return changed == null ? before.team(team) : changed;
    }

    void put(TeamSlice slice) {
        teams.put(slice.team(), slice);
    }

    void put(Message message) {
        messages.put(message.id(), message);
    }

    void put(Conversation conversation, DeciderSettings.Retention retention) {
        Conversation kept = conversation.within(retention.messagesMax(), retention.refusedMax());
        forget(conversation.messages(), kept.messages());
        forget(conversation.refused(), kept.refused());
        conversations.put(kept.id(), kept);
    }

    void emit(Emitted what) {
        emitted.add(what);
    }

    /** A frame that says nothing about a message's end, so that no reader takes it for that. */
    void tell(ReplyTo to, ServerFrame frame) {
        emitted.add(new Emitted.Frame(to, null, 0, frame));
    }

    Decision decision() {
        return new Decision(
                user,
                List.copyOf(conversations.values()),
                List.copyOf(messages.values()),
                List.copyOf(teams.values()),
                List.copyOf(forgotten),
                List.copyOf(parkings.values()),
                List.copyOf(unparked),
                List.copyOf(emitted));
    }

    private void forget(List<String> all, List<String> kept) {
        for (String id : all.subList(0, all.size() - kept.size())) {
            if (user.running(id) == null) {
                forgotten.add(id);
            }
        }
    }
}
