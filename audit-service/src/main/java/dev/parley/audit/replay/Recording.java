package dev.parley.audit.replay;

import dev.parley.audit.store.Conversation;
import dev.parley.audit.store.Conversations;
import dev.parley.audit.store.FlowStep;
import dev.parley.audit.store.FlowSteps;
import dev.parley.audit.store.Link;
import dev.parley.audit.store.Links;
import dev.parley.audit.vault.Keyring;
import dev.parley.audit.vault.Vault;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;

/**
 * What the record has of a conversation: its links, opened as far as they can be, and its steps.
 */
record Recording(
        String conversationId,
        String userId,
        List<TurnRecord> links,
        Map<String, List<FlowStep>> steps,
        Keyring keys) {

    /** The text; null when there is none, or it cannot be read. */
    @Nullable String open(String messageId, @Nullable SealedText sealed) {
        return keys.open(userId, messageId, sealed).text();
    }

    List<FlowStep> steps(String messageId, String name) {
        return steps.getOrDefault(messageId, List.of()).stream()
                .filter(step -> step.name().equals(name))
                .toList();
    }

    /** Reads recordings. */
    @Component
    static class Archive {

        private static final int STEPS_PER_MESSAGE = 100;

        private final Conversations conversations;
        private final Links links;
        private final FlowSteps steps;
        private final Vault vault;
        private final ReplaySettings settings;

        Archive(
                Conversations conversations,
                Links links,
                FlowSteps steps,
                Vault vault,
                ReplaySettings settings) {
            this.conversations = conversations;
            this.links = links;
            this.steps = steps;
            this.vault = vault;
            this.settings = settings;
        }

        boolean has(String conversationId) {
            return conversations.findById(conversationId).isPresent();
        }

        /** Empty when there is no such conversation. */
        Optional<Recording> find(String conversationId) {
            return conversations.findById(conversationId).map(this::read);
        }

        private Recording read(Conversation conversation) {
            List<TurnRecord> records =
                    links
                            .from(
                                    conversation.id(),
                                    0,
                                    conversation.firstAt(),
                                    conversation.lastAt(),
                                    Limit.of(settings.linksMax()))
                            .stream()
                            .filter(link -> link.userId().equals(conversation.userId()))
                            .map(Archive::record)
                            .toList();
            Set<String> messages =
                    records.stream().map(r -> r.body().messageId()).collect(Collectors.toSet());
            Map<String, List<FlowStep>> byMessage =
                    messages.isEmpty()
                            ? Map.of()
                            : steps
                                    .of(messages, Limit.of(messages.size() * STEPS_PER_MESSAGE))
                                    .stream()
                                    .collect(Collectors.groupingBy(FlowStep::messageId));
            return new Recording(
                    conversation.id(),
                    conversation.userId(),
                    records,
                    byMessage,
                    vault.keyring(Set.of(conversation.userId())));
        }

        private static TurnRecord record(Link link) {
            return Json.read(link.json().getBytes(StandardCharsets.UTF_8), TurnRecord.class);
        }
    }
}
