package dev.parley.gateway.web;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Ends connections whose request does not become whole: 408 when the head takes too long, however
 * often another byte of it comes, and when a body comes at a trickle. A silent connection is ended
 * by the server's own idle time-out.
 */
@Component
final class SlowClients implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {

    private static final byte[] REQUEST_TIMEOUT =
            "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);
    private static final Duration ROUND = Duration.ofSeconds(1);
    private static final int BODY_BYTES_PER_SECOND_MIN = 64;

    private final EntranceSettings settings;

    SlowClients(EntranceSettings settings) {
        this.settings = settings;
    }

    @Override
    public void customize(JettyServletWebServerFactory factory) {
        factory.addServerCustomizers(this::watch);
    }

    private void watch(Server server) {
        for (Connector connector : server.getConnectors()) {
            for (var made : connector.getConnectionFactories()) {
                if (made instanceof HttpConnectionFactory http) {
                    HttpConfiguration configuration = http.getHttpConfiguration();
                    configuration.setMinRequestDataRate(BODY_BYTES_PER_SECOND_MIN);
                }
            }
            if (connector instanceof ServerConnector sockets) {
                sockets.setAcceptedSendBufferSize(settings.sendBufferBytes());
            }
            Watch watch = new Watch(settings.requestHeadTimeout(), connector.getScheduler());
            if (connector instanceof org.eclipse.jetty.util.component.ContainerLifeCycle bean) {
                bean.addBean(watch);
            }
        }
    }

    /** Of one connector. */
    private static final class Watch implements Connection.Listener {

        private final Duration timeout;
        private final Scheduler scheduler;
        private final Map<HttpConnection, Since> heads = new ConcurrentHashMap<>();
        private final AtomicBoolean rounds = new AtomicBoolean();

        /** The first round that saw this request's head unfinished. */
        private record Since(long messages, long nanos) {}

        Watch(Duration timeout, Scheduler scheduler) {
            this.timeout = timeout;
            this.scheduler = scheduler;
        }

        @Override
        public void onOpened(Connection connection) {
            if (connection instanceof HttpConnection http) {
                heads.put(http, new Since(-1, 0));
                if (rounds.compareAndSet(false, true)) {
                    next();
                }
            }
        }

        @Override
        public void onClosed(Connection connection) {
            if (connection instanceof HttpConnection http) {
                heads.remove(http);
            }
        }

        private void next() {
            scheduler.schedule(this::round, ROUND.toMillis(), TimeUnit.MILLISECONDS);
        }

        private void round() {
            long now = System.nanoTime();
            heads.replaceAll((connection, since) -> look(connection, since, now));
            rounds.set(false);
            if (!heads.isEmpty() && rounds.compareAndSet(false, true)) {
                next();
            }
        }

        private Since look(HttpConnection connection, Since since, long now) {
            HttpParser parser = connection.getParser();
            if (parser.isStart() || !parser.inHeaderState()) {
                return since.messages() < 0 ? since : new Since(-1, 0);
            }
            long messages = connection.getMessagesIn();
            if (since.messages() != messages) {
                return new Since(messages, now);
            }
            if (now - since.nanos() > timeout.toNanos()) {
                connection
                        .getEndPoint()
                        .write(
                                Callback.from(connection::close, failure -> connection.close()),
                                ByteBuffer.wrap(REQUEST_TIMEOUT));
            }
            return since;
        }
    }
}
