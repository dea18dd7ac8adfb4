package dev.parley.orchestrator;

import dev.parley.orchestrator.ledger.LedgerCommand;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** Starts the chat orchestrator. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class OrchestratorApplication {

    /** For {@link #main} and for launchers that run several services. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(OrchestratorApplication.class)
                .properties("spring.config.name=chat-orchestrator");
    }

    /** The service; with {@code ledger} as the first word, that command. */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("ledger")) {
            List<String> rest = List.of(args).subList(1, args.length);
            System.exit(LedgerCommand.run(rest, System.getenv(), System.out));
        }
        application().run(args);
    }
}
