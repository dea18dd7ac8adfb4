package dev.parley.worker.provider.openai;

import dev.parley.worker.provider.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tool calls come in parts: the first names the call, later ones carry on its arguments, each under
 * the index of its call. Services are seen that give no index, or every call the index 0 with an id
 * of its own.
 */
final class ToolCallParts {

    /** More than any model asks for at once; further ones are dropped. */
    private static final int CALLS_MAX = 128;

    /** One part as a chunk has it. */
    record Part(
            int index, @Nullable String id, @Nullable String name, @Nullable String arguments) {}

    private static final class Call {
        @Nullable String id;
        final StringBuilder name = new StringBuilder();
        final StringBuilder arguments = new StringBuilder();
    }

    private final Map<Integer, Call> calls = new TreeMap<>();
    private final int charsMax;
    private int chars;

    ToolCallParts(int charsMax) {
        this.charsMax = charsMax;
    }

    /** False when the calls together are longer than is read. */
    boolean add(Part part) {
        int index = part.index();
        Call known = calls.get(index);
        if (known != null && part.id() != null && known.id != null && !part.id().equals(known.id)) {
            index = calls.size();
            known = calls.get(index);
        }
        if (known == null) {
            if (calls.size() >= CALLS_MAX) {
                return false;
            }
            known = new Call();
            calls.put(index, known);
        }
        if (part.id() != null && !part.id().isEmpty()) {
            known.id = part.id();
        }
        append(known.name, part.name());
        append(known.arguments, part.arguments());
        return chars <= charsMax;
    }

    private void append(StringBuilder to, @Nullable String text) {
        if (text != null) {
            to.append(text);
            chars += text.length();
        }
    }

    boolean isEmpty() {
        return calls.isEmpty();
    }

    /** The calls, whole, in their order. */
    List<StreamEvent.ToolCall> whole() {
        List<StreamEvent.ToolCall> whole = new ArrayList<>();
        for (Call call : calls.values()) {
            String id = call.id;
            whole.add(
                    new StreamEvent.ToolCall(
                            id == null ? "call-" + whole.size() : id,
                            call.name.toString(),
                            call.arguments.isEmpty() ? "{}" : call.arguments.toString()));
        }
        return whole;
    }
}
