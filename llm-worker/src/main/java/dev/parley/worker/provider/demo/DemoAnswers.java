package dev.parley.worker.provider.demo;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.ChatMessage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What the demonstration says: the MT-bench answer where it knows the question and, for a second
 * turn, sees the first one in the context; otherwise a text that says what it is.
 */
final class DemoAnswers {

    private static final int QUOTE_CHARS_MAX = 200;
    private static final int TURNS = 2;

    /** A two-turn conversation; {@code answers} is empty where none is known. */
    private record Conversation(String category, List<String> questions, List<String> answers) {}

    private final List<Conversation> conversations;

    private DemoAnswers(List<Conversation> conversations) {
        this.conversations = conversations;
    }

    static DemoAnswers load() {
        Map<Integer, List<String>> answers = new HashMap<>();
        for (JsonNode line : lines("/demo/mt-bench-gpt4-answers.jsonl")) {
            answers.put(
                    line.get("question_id").asInt(),
                    texts(line.get("choices").get(0).get("turns")));
        }
        List<Conversation> conversations = new ArrayList<>();
        for (JsonNode line : lines("/demo/mt-bench-questions.jsonl")) {
            conversations.add(
                    new Conversation(
                            line.get("category").asString(),
                            texts(line.get("turns")),
                            answers.getOrDefault(line.get("question_id").asInt(), List.of())));
        }
        return new DemoAnswers(List.copyOf(conversations));
    }

    /** The whole answer to the last message of the user. */
    String to(List<ChatMessage> messages) {
        List<String> asked =
                messages.stream()
                        .filter(message -> message.role().equals("user"))
                        .map(ChatMessage::content)
                        .toList();
        String question = asked.isEmpty() ? "" : asked.getLast();
        List<String> earlier = asked.isEmpty() ? List.of() : asked.subList(0, asked.size() - 1);
        for (Conversation known : conversations) {
            if (isSame(known.questions().getFirst(), question)) {
                return known.answers().isEmpty()
                        ? withoutAnswer(known, question, messages)
                        : known.answers().getFirst();
            }
        }
        Optional<Conversation> followed = followedUp(question, earlier);
        if (followed.isPresent()) {
            Conversation known = followed.get();
            return known.answers().size() < TURNS
                    ? withoutAnswer(known, question, messages)
                    : known.answers().get(1);
        }
        return isSecondTurn(question)
                ? withoutContext(question, messages)
                : canned(question, messages);
    }

    /** The conversation whose second turn this is, where its first one was asked before. */
    private Optional<Conversation> followedUp(String question, List<String> earlier) {
        for (String first : earlier.reversed()) {
            for (Conversation known : conversations) {
                if (isSame(known.questions().getFirst(), first)
                        && isSame(known.questions().get(1), question)) {
                    return Optional.of(known);
                }
            }
        }
        return Optional.empty();
    }

    private boolean isSecondTurn(String question) {
        return conversations.stream().anyMatch(known -> isSame(known.questions().get(1), question));
    }

    private static String withoutAnswer(
            Conversation known, String question, List<ChatMessage> messages) {
        return """
        This is the demonstration model of Parley. It knows your question, one of MT-bench's \
        "%s" questions, but no answer to it was recorded, and it cannot think of one.

        > %s

        %s\
        """
                .formatted(known.category(), quote(question), context(messages));
    }

    private static String withoutContext(String question, List<ChatMessage> messages) {
        return """
        This is the demonstration model of Parley. It knows this as the second question of a \
        conversation, but the first question is not in the context that it was given, so it has \
        no answer to go on from.

        > %s

        %s\
        """
                .formatted(quote(question), context(messages));
    }

    private static String canned(String question, List<ChatMessage> messages) {
        return """
        This is the demonstration model of Parley: no language model read your message, and this \
        text was written in advance. You wrote:

        > %s

        A real model would answer here. What you see is nevertheless the whole way of an answer: \
        your message was checked, counted and put into the log, a worker took it up, and these \
        words reach you one by one as they are "made".

        %s Set PARLEY_MODEL_BASE_URL to the address of any OpenAI-compatible service to talk to a \
        real model.\
        """
                .formatted(quote(question), context(messages));
    }

    private static String context(List<ChatMessage> messages) {
        long asked = messages.stream().filter(m -> m.role().equals("user")).count();
        long answered = messages.stream().filter(m -> m.role().equals("assistant")).count();
        return "The context holds %d %s of yours and %d %s."
                .formatted(
                        asked,
                        asked == 1 ? "message" : "messages",
                        answered,
                        answered == 1 ? "answer" : "answers");
    }

    private static String quote(String question) {
        String line = question.strip().replaceAll("\\s+", " ");
        if (line.length() <= QUOTE_CHARS_MAX) {
            return line;
        }
        int end =
                Character.isHighSurrogate(line.charAt(QUOTE_CHARS_MAX - 1))
                        ? QUOTE_CHARS_MAX - 1
                        : QUOTE_CHARS_MAX;
        return line.substring(0, end) + "…";
    }

    private static boolean isSame(String known, String text) {
        return known.strip().equals(text.strip());
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asString()));
        return List.copyOf(texts);
    }

    private static List<JsonNode> lines(String resource) {
        try (InputStream in = DemoAnswers.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IllegalStateException(resource + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> Json.tree(line.getBytes(StandardCharsets.UTF_8)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
