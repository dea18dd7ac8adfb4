package dev.parley.standalone;

import dev.parley.audit.AuditApplication;
import dev.parley.gateway.GatewayApplication;
import dev.parley.orchestrator.OrchestratorApplication;
import dev.parley.worker.WorkerApplication;
import java.util.List;

/** The four services, in the order in which they stop: who takes in work before who finishes it. */
final class Services {

    private Services() {}

    static List<Service> all() {
        return List.of(
                new Service(Standalone.GATEWAY, GatewayApplication::application),
                new Service(Standalone.WORKER, WorkerApplication::application),
                new Service(Standalone.ORCHESTRATOR, OrchestratorApplication::application),
                new Service(Standalone.AUDIT, AuditApplication::application));
    }
}
