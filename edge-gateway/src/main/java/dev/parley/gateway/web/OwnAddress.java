package dev.parley.gateway.web;

import dev.parley.gateway.log.SignsOfLife;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/** Tells the other gateways where this one is, once it knows its port. */
@Component
final class OwnAddress implements ApplicationListener<WebServerInitializedEvent> {

    private final SignsOfLife signs;

    OwnAddress(SignsOfLife signs) {
        this.signs = signs;
    }

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        if (event.getApplicationContext().getServerNamespace() != null) {
            // The management port.
            return;
        }
        String bound =
                event.getApplicationContext()
                        .getEnvironment()
                        .getProperty("server.address", "0.0.0.0");
        String host = bound.equals("0.0.0.0") || bound.equals("::") ? localHost() : bound;
        signs.reachedAt(
                URI.create(
                        "http://"
                                + (host.contains(":") ? "[" + host + "]" : host)
                                + ":"
                                + event.getWebServer().getPort()));
    }

    private static String localHost() {
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress().getHostAddress();
        }
    }
}
