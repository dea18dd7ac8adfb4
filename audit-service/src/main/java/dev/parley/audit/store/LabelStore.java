package dev.parley.audit.store;

import java.util.Optional;
import org.springframework.data.repository.Repository;

/** Reads and writes labels. */
public interface LabelStore extends Repository<ConversationLabels, String> {

    Optional<ConversationLabels> findById(String conversationId);

    ConversationLabels save(ConversationLabels labels);
}
