package dev.parley.orchestrator.core;

import static dev.parley.orchestrator.core.Given.START;
import static dev.parley.orchestrator.core.Given.USER;
import static dev.parley.orchestrator.core.Given.answered;
import static dev.parley.orchestrator.core.Given.lines;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.ChatMessage;
import dev.parley.schemas.record.RequestEvent;
import dev.parley.schemas.record.RequestEvent.ImportedMessage;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is asked for another person, or from elsewhere. */
class ErasureAndImportTest {

    private static final Caller AUDITOR = new Caller("the-auditor", null, null, "auditor", null);

    private final Given user = new Given();

    @Test
    void erasureEndsWhatRunsWithoutItsTextAndThenForgets() {
        user.when(user.say("hello").event());

        assertThat(lines(user.when(erasure())))
                .containsExactly(
                        "stop revoked",
                        "home charged 0 of 4098",
                        "home failed not_found ''",
                        "step error error",
                        "to session-1 error not_found",
                        "erased");
        assertThat(user.user.running()).isEmpty();
        assertThat(user.when(answered("c-hello", "Hi!", 10, 5))).isEmpty();
    }

    @Test
    void erasureOfWhoeverHasNothingForgetsAllTheSame() {
        assertThat(lines(user.when(erasure()))).containsExactly("erased");
    }

    @Test
    void anImportIsRecordedOnceAndCanBeContinued() {
        RequestEvent.ImportRequested part =
                imported(
                        "i-1",
                        message("q1", null, "user", "How deep is the sea?"),
                        message("a1", "q1", "assistant", "Deep."),
                        message("q2", "a1", "user", "Deeper?"),
                        message("a2", "q2", "assistant", "Much."),
                        message("a2b", "q2", "assistant", "Much deeper."));

        assertThat(lines(user.when(part)))
                .containsExactly(
                        "brought imported user How deep is the sea? titled The sea",
                        "brought imported assistant Deep.",
                        "brought imported user Deeper?",
                        "brought imported assistant Much.",
                        "brought imported assistant Much deeper.");
        assertThat(user.when(part)).isEmpty();

        List<ChatMessage> context =
                user.when(user.say("And then?").in("brought").event()).stream()
                        .filter(Emitted.Dispatch.class::isInstance)
                        .map(job -> ((Emitted.Dispatch) job).job().messages())
                        .findFirst()
                        .orElseThrow();
        assertThat(context)
                .extracting(ChatMessage::content)
                .containsExactly(
                        "How deep is the sea?", "Deep.", "Deeper?", "Much deeper.", "And then?");
        assertThat(user.message(Given.id("c-And then?")).parentId()).isEqualTo("q2");
    }

    @Test
    void aLaterPartGoesOnWhereTheEarlierEnded() {
        user.when(
                imported(
                        "i-1",
                        message("q1", null, "user", "One"),
                        message("a1", "q1", "assistant", "1")));

        assertThat(lines(user.when(imported("i-1", message("q2", "a1", "user", "Two")))))
                .containsExactly("brought imported user Two");
        assertThat(user.message("q2").parentId()).isEqualTo("q1");
        assertThat(user.conversation("brought").leaf()).isEqualTo("q2");
    }

    @Test
    void whatAnAuditorBringsBelongsToTheUserInTheUsersRole() {
        Emitted.Turn turn =
                (Emitted.Turn)
                        user.when(imported("i-1", message("q1", null, "user", "One"))).getFirst();

        assertThat(turn.author()).isEqualTo(new Author(USER, "user", null));
    }

    private static RequestEvent.ErasureRequested erasure() {
        return new RequestEvent.ErasureRequested("e-1", USER, AUDITOR, null, START);
    }

    private static RequestEvent.ImportRequested imported(
            String importId, ImportedMessage... messages) {
        return new RequestEvent.ImportRequested(
                importId,
                "brought",
                USER,
                "The sea",
                "chatgpt",
                List.of(messages),
                AUDITOR,
                null,
                START);
    }

    private static ImportedMessage message(String id, String parent, String role, String text) {
        return new ImportedMessage(id, parent, role, text, null, START.minusSeconds(60));
    }
}
