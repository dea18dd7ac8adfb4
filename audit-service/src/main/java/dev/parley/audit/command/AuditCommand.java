package dev.parley.audit.command;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code parley audit}. */
@Command(
        name = "parley audit",
        description = "What an operator does with the audit store beside the running service.",
        mixinStandardHelpOptions = true,
        subcommands = {RebuildCommand.class, CompareCommand.class, RedriveCommand.class},
        synopsisSubcommandLabel = "COMMAND")
public final class AuditCommand implements Runnable {

    static final int DONE = 0;
    static final int DIFFERENT = 1;
    static final int UNUSABLE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init")
    CommandSpec spec;

    public static void main(String[] args) {
        // Kafka's clients tell every setting; a person wants the progress.
        System.setProperty("logging.level.root", "warn");
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new AuditCommand())
                .setParameterExceptionHandler((wrong, args) -> {
                    PrintWriter err = wrong.getCommandLine().getErr();
                    err.println(wrong.getMessage());
                    err.println(
                            wrong.getCommandLine().getCommandName() + " --help lists the options.");
                    return UNUSABLE;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("parley audit: " + told(failure));
                    return UNUSABLE;
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static String told(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
