package dev.parley.audit.store;

import java.util.Optional;
import org.springframework.data.repository.Repository;

/** Reads conversations. */
public interface Conversations extends Repository<Conversation, String> {

    Optional<Conversation> findById(String id);
}
