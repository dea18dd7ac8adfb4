package dev.parley.orchestrator.admin;

import dev.parley.orchestrator.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;

/** Broker, database and one orchestrator, started once for the tests that only call it. */
final class Surroundings {

    private static final class Shared {
        private static final Surroundings ONE = new Surroundings();
    }

    private final TestBroker broker;
    private final TestDatabase database;
    private final Orchestrator orchestrator;

    private Surroundings() {
        try {
            Path folder = Files.createTempDirectory("parley-policy");
            broker = TestBroker.start(folder.resolve("broker"));
            database = TestDatabase.start(folder);
            orchestrator =
                    Orchestrator.start(
                            broker.bootstrapServers(), database.url(), folder.resolve("state"));
        } catch (Exception e) {
            throw new IllegalStateException("no surroundings", e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    }

    static Surroundings shared() {
        return Shared.ONE;
    }

    Orchestrator orchestrator() {
        return orchestrator;
    }

    private void stop() {
        orchestrator.close();
        database.close();
        broker.close();
    }
}
