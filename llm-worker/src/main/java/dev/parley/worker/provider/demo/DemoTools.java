package dev.parley.worker.provider.demo;

import dev.parley.schemas.record.ChatMessage;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.StreamEvent.ToolCall;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The tools that the user's text tells the demonstration to ask for, a line each:
 *
 * <pre>
 * use tool everything__echo {"message":"hi"}        if it is offered
 * then use tool everything__add {"a":1,"b":2}       after the results of the lines before
 * force tool secret__delete {}                      offered or not
 * loop tool everything__echo {}                     again and again
 * </pre>
 *
 * Arguments are passed on as they stand, so that malformed ones can be tried too.
 */
final class DemoTools {

    private static final Pattern LINE =
            Pattern.compile(
                    "^(then )?(use|force|loop) tool (\\S+)[ \\t]*(.*)$", Pattern.CASE_INSENSITIVE);

    private record Wish(boolean forced, boolean again, String tool, String arguments) {}

    private final List<List<Wish>> rounds = new ArrayList<>();
    private final List<ModelTool> offered;
    private final int roundsDone;
    private final List<ChatMessage> results;

    DemoTools(List<ChatMessage> messages, List<ModelTool> offered) {
        this.offered = offered;
        int asked = messages.size() - 1;
        while (asked > 0 && !messages.get(asked).role().equals("user")) {
            asked--;
        }
        List<ChatMessage> since =
                messages.isEmpty() ? List.of() : messages.subList(asked + 1, messages.size());
        this.results = since.stream().filter(m -> m.role().equals("tool")).toList();
        this.roundsDone = (int) since.stream().filter(DemoTools::isRound).count();
        if (!messages.isEmpty()) {
            messages.get(asked).content().lines().forEach(this::read);
        }
    }

    private static boolean isRound(ChatMessage message) {
        return message.toolCalls() != null && !message.toolCalls().isEmpty();
    }

    private void read(String line) {
        Matcher wish = LINE.matcher(line.strip());
        if (!wish.matches()) {
            return;
        }
        if (rounds.isEmpty() || wish.group(1) != null) {
            rounds.add(new ArrayList<>());
        }
        String arguments = wish.group(4).strip();
        rounds.getLast()
                .add(
                        new Wish(
                                wish.group(2).equalsIgnoreCase("force"),
                                wish.group(2).equalsIgnoreCase("loop"),
                                wish.group(3),
                                arguments.isEmpty() ? "{}" : arguments));
    }

    /** Whether the text speaks of tools at all. */
    boolean isTold() {
        return !rounds.isEmpty();
    }

    /** The calls of this turn; empty when it is time to answer. */
    List<ToolCall> calls() {
        List<Wish> wishes =
                roundsDone < rounds.size()
                        ? rounds.get(roundsDone)
                        : rounds.isEmpty()
                                ? List.of()
                                : rounds.getLast().stream().filter(Wish::again).toList();
        List<ToolCall> calls = new ArrayList<>();
        for (Wish wish : wishes) {
            if (wish.forced() || isOffered(wish.tool())) {
                calls.add(
                        new ToolCall(
                                "demo-" + roundsDone + "-" + calls.size(),
                                wish.tool(),
                                wish.arguments()));
            }
        }
        return calls;
    }

    /** The answer, when nothing is left to call. */
    String answer() {
        StringBuilder answer = new StringBuilder();
        answer.append("This is the demonstration model of Parley. ");
        for (List<Wish> round : rounds) {
            for (Wish wish : round) {
                if (!wish.forced() && !isOffered(wish.tool())) {
                    answer.append("The tool ")
                            .append(wish.tool())
                            .append(" is not offered to me. ");
                }
            }
        }
        if (!results.isEmpty()) {
            answer.append("This is what the tools said:");
            results.forEach(result -> answer.append("\n\n").append(result.content()));
        }
        return answer.toString().strip();
    }

    private boolean isOffered(String name) {
        return offered.stream().anyMatch(tool -> tool.name().equals(name));
    }
}
