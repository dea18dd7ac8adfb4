package dev.parley.worker.tool;

import dev.parley.schemas.Json;
import dev.parley.schemas.record.RecordedTool;
import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.ToolNames;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Results of the record in place of calls: nothing is run. A call gets the result of the same tool
 * with the same arguments, each once while there are several, and otherwise an error that says so.
 */
final class RecordedTools implements AnswerTools {

    private final List<RecordedTool> left;
    private final List<RecordedTool> all;
    private final List<ModelTool> specs;
    private final Map<String, Target> targets = new LinkedHashMap<>();

    RecordedTools(List<RecordedTool> recorded) {
        this.all = List.copyOf(recorded);
        this.left = new ArrayList<>(recorded);
        Map<String, ModelTool> byName = new LinkedHashMap<>();
        for (RecordedTool tool : recorded) {
            String name = ToolNames.of(tool.server(), tool.tool());
            targets.put(name, new Target(tool.server(), tool.tool()));
            byName.put(
                    name,
                    new ModelTool(
                            name,
                            "The tool " + tool.tool() + " of " + tool.server() + ".",
                            Json.mapper().createObjectNode().put("type", "object")));
        }
        this.specs = List.copyOf(byName.values());
    }

    @Override
    public List<ModelTool> specs() {
        return specs;
    }

    @Override
    public Target target(String name) {
        return targets.getOrDefault(
                name, new Target(ToolNames.serverOf(name), ToolNames.toolOf(name)));
    }

    @Override
    public Permission permission(String server, String tool) {
        return targets.containsValue(new Target(server, tool)) ? Permission.ALLOW : Permission.DENY;
    }

    @Override
    public synchronized CompletableFuture<ToolOutcome> call(ToolUse use, Duration timeout) {
        RecordedTool found =
                left.stream()
                        .filter(tool -> isOf(tool, use))
                        .findFirst()
                        .or(() -> all.stream().filter(tool -> isOf(tool, use)).findFirst())
                        .orElse(null);
        if (found == null) {
            return CompletableFuture.completedFuture(
                    ToolOutcome.error("The record has no call of this tool with these arguments."));
        }
        left.remove(found);
        return CompletableFuture.completedFuture(new ToolOutcome(found.status(), found.text()));
    }

    private static boolean isOf(RecordedTool tool, ToolUse use) {
        return tool.server().equals(use.server())
                && tool.tool().equals(use.tool())
                && tool.arguments().equals(use.arguments());
    }
}
