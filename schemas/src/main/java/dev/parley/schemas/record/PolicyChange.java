package dev.parley.schemas.record;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Who changed what in the policy; topic {@code parley.policy-changes}, key the subject.
 *
 * @param ordinal dense over all changes, from 0
 * @param action one of create, update, delete
 * @param subject as the key of {@link PolicyRecord}, for example {@code role/user}
 * @param before null when it was not there
 * @param after null when it is gone
 * @param prevHash hash of the change before; of the first, {@code ConversationChain.GENESIS}
 * @param hash lower-case hex SHA-256 over the canonical JSON of the other fields
 */
public record PolicyChange(
        long ordinal,
        String changeId,
        String actor,
        String action,
        String subject,
        @Nullable JsonNode before,
        @Nullable JsonNode after,
        Instant at,
        String prevHash,
        String hash)
        implements PipelineEvent {}
