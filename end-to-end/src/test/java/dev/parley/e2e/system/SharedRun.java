package dev.parley.e2e.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One run for all test classes that do not break it. */
public final class SharedRun implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == OneCommandRun.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return SharedSystem.of(context, OneCommandRun.class, SharedRun::start);
    }

    private static OneCommandRun start() {
        Suites.ran("embedded", "the one-command run in a process of its own");
        return OneCommandRun.start(
                TestFolders.fresh("shared"),
                Map.of(
                        "PARLEY_POLICY_FILE",
                        policy().toString(),
                        "PARLEY_DEMO_TOKENS_PER_SECOND",
                        "0",
                        // For those whose role says nothing less.
                        "PARLEY_ORCHESTRATOR_ANSWER_TOKENSMAX",
                        "20000"));
    }

    /** Limits out of the way of everybody but the role that tests them. */
    public static Path policy() {
        Path file = Path.of("src/test/resources/policy.yaml").toAbsolutePath();
        if (!Files.exists(file)) {
            throw new AssertionError(file + " is missing");
        }
        return file;
    }
}
