package dev.parley.audit.history;

import dev.parley.audit.store.ConversationLabels;
import dev.parley.audit.vault.Keyring;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.record.TurnRecord.RefusalTurn;
import dev.parley.schemas.record.TurnRecord.UserTurn;
import dev.parley.schemas.vault.SealedText;
import org.jspecify.annotations.Nullable;

/** What a conversation is called: opened or cut when it is read, so that nothing has to be kept. */
final class Titles {

    private Titles() {}

    /** The given title, else the first message's beginning; null when neither can be read. */
    static @Nullable String title(
            Keyring keys,
            String conversationId,
            String userId,
            @Nullable SealedText given,
            @Nullable TurnRecord first,
            int charsMax) {
        String title =
                keys.open(userId, ConversationLabels.sealingContext(conversationId), given).text();
        if (title != null || first == null) {
            return title;
        }
        if (first.body() instanceof TurnRecord.ImportedTurn imported && imported.title() != null) {
            String there = keys.open(first.userId(), imported.messageId(), imported.title()).text();
            return there == null || there.isBlank() ? null : beginning(there, charsMax);
        }
        SealedText text =
                switch (first.body()) {
                    case UserTurn turn -> turn.text();
                    case RefusalTurn refusal -> refusal.text();
                    case TurnRecord.ImportedTurn imported -> imported.text();
                    default -> null;
                };
        String opened = keys.open(first.userId(), first.body().messageId(), text).text();
        return opened == null ? null : beginning(opened, charsMax);
    }

    /** One line, cut between characters and not within one. */
    static String beginning(String text, int charsMax) {
        String line = text.strip().replaceAll("\\s+", " ");
        if (line.codePointCount(0, line.length()) <= charsMax) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, charsMax)).stripTrailing();
    }
}
