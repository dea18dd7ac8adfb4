package dev.parley.audit.store;

import dev.parley.schemas.vault.SealedText;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The title that its owner gave a conversation, and whether it is put away. */
@Entity
@Table(name = "conversation_labels")
@SuppressWarnings("NullAway.Init")
public class ConversationLabels {

    @Id private String conversationId;
    private String userId;
    private @Nullable String titleKeyId;
    private @Nullable String titleSealed;
    private boolean archived;
    @Version private @Nullable Long version;
    private Instant changedAt;

    protected ConversationLabels() {}

    public ConversationLabels(String conversationId, String userId, Instant changedAt) {
        this.conversationId = conversationId;
        this.userId = userId;
        this.changedAt = changedAt;
    }

    /** What a sealed title is bound to. */
    public static String sealingContext(String conversationId) {
        return "title/" + conversationId;
    }

    public void title(@Nullable SealedText title, Instant at) {
        titleKeyId = title == null ? null : title.keyId();
        titleSealed = title == null ? null : title.sealed();
        changedAt = at;
    }

    public void archived(boolean value, Instant at) {
        archived = value;
        changedAt = at;
    }

    public @Nullable SealedText title() {
        return titleKeyId == null || titleSealed == null
                ? null
                : new SealedText(titleKeyId, titleSealed);
    }

    public boolean isArchived() {
        return archived;
    }

    public String userId() {
        return userId;
    }
}
