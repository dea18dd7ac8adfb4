package dev.parley.orchestrator;

import dev.parley.orchestrator.policy.PolicySource;
import dev.parley.orchestrator.stream.KnownLanes;
import dev.parley.orchestrator.stream.OrchestratorStreams;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.servlet.context.ServletWebServerInitializedEvent;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The order of a start: web server (its port is part of the streams' settings), policy, lanes,
 * streams. Stops in the opposite one.
 */
@Component
class StreamsLifecycle implements SmartLifecycle {

    /** After the web server has started, before it begins its graceful stop. */
    private static final int PHASE = WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE + 512;

    private final OrchestratorSettings settings;
    private final PolicySource policy;
    private final KnownLanes lanes;
    private final OrchestratorStreams streams;
    private volatile int port;
    private volatile boolean started;

    StreamsLifecycle(
            OrchestratorSettings settings,
            PolicySource policy,
            KnownLanes lanes,
            OrchestratorStreams streams) {
        this.settings = settings;
        this.policy = policy;
        this.lanes = lanes;
        this.streams = streams;
    }

    @EventListener
    void webServerStarted(ServletWebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() == null) {
            port = event.getWebServer().getPort();
        }
    }

    @Override
    public void start() {
        policy.establish();
        lanes.learn();
        String advertised = OrchestratorSettings.blankToNull(settings.advertised());
        streams.start(advertised == null ? "localhost:" + port : advertised);
        started = true;
    }

    @Override
    public void stop() {
        streams.stop();
        started = false;
    }

    @Override
    public boolean isRunning() {
        return started;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
