package dev.parley.worker.tool;

import dev.parley.schemas.record.ToolUse;
import dev.parley.worker.provider.ModelTool;
import dev.parley.worker.provider.ToolNames;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The tools of one answer. Every method may be called from any thread. */
public interface AnswerTools {

    /** Nothing may be called. */
    AnswerTools NONE =
            new AnswerTools() {
                @Override
                public List<ModelTool> specs() {
                    return List.of();
                }

                @Override
                public Target target(String name) {
                    return new Target(ToolNames.serverOf(name), ToolNames.toolOf(name));
                }

                @Override
                public Permission permission(String server, String tool) {
                    return Permission.DENY;
                }

                @Override
                public CompletableFuture<ToolOutcome> call(ToolUse use, Duration timeout) {
                    return CompletableFuture.completedFuture(ToolOutcome.denied());
                }
            };

    /** May it be called at this moment? */
    enum Permission {
        ALLOW,
        /** Once a person has approved this call. */
        ASK,
        DENY
    }

    /** A tool of a server, whether or not it exists. */
    record Target(String server, String tool) {}

    /** What the model is told of; allowed ones and those that need an approval. */
    List<ModelTool> specs();

    /** Whom the model means by a name. */
    Target target(String name);

    /** By the rights of the answer and what is accepted of the server now. */
    Permission permission(String server, String tool);

    /**
     * Calls, after checking the rights once more. Never completes exceptionally but by
     * cancellation; cancelling it withdraws the call from the server.
     *
     * @param timeout after which the call is withdrawn and its status is timeout
     */
    CompletableFuture<ToolOutcome> call(ToolUse use, Duration timeout);
}
