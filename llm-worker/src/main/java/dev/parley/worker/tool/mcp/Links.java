package dev.parley.worker.tool.mcp;

import dev.parley.schemas.record.PolicyRecord.McpServer;
import dev.parley.worker.tool.ToolSettings;
import java.net.URI;
import java.util.Map;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Makes the link that a server's entry in the policy asks for. */
public final class Links {

    private static final int CONNECTIONS_MAX = 64;

    private final ToolSettings settings;
    private final Credentials credentials;
    private final DnsResolver names;

    public Links(ToolSettings settings, Credentials credentials, DnsResolver names) {
        this.settings = settings;
        this.credentials = credentials;
        this.names = names;
    }

    /**
     * @throws McpException when the entry cannot be followed
     */
    Link to(McpServer server, Link.Listener listener) {
        return switch (String.valueOf(server.transport())) {
            case "stdio" -> stdio(server, listener);
            case "http" -> http(server, listener);
            default -> throw new McpException("the transport is neither stdio nor http");
        };
    }

    private Link stdio(McpServer server, Link.Listener listener) {
        if (!settings.stdio()) {
            throw new McpException("this worker is configured to start no processes");
        }
        if (server.command().isEmpty()) {
            throw new McpException("a stdio server needs a command");
        }
        String credential = server.credential();
        return new StdioLink(
                listener,
                server.name(),
                server.command(),
                credential == null
                        ? Map.of()
                        : Map.of(Credentials.variable(credential), credentials.value(credential)),
                settings.messageBytesMax());
    }

    private Link http(McpServer server, Link.Listener listener) {
        URI uri = uri(server.url());
        String credential = server.credential();
        return new HttpLink(
                listener,
                uri,
                credential == null ? null : credentials.value(credential),
                client(server.allowPrivateNetwork()),
                settings.messageBytesMax());
    }

    private static URI uri(@Nullable String url) {
        try {
            URI uri = URI.create(String.valueOf(url));
            boolean usable =
                    ("https".equalsIgnoreCase(uri.getScheme())
                                    || "http".equalsIgnoreCase(uri.getScheme()))
                            && uri.getHost() != null
                            && uri.getUserInfo() == null;
            if (usable) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new McpException("the url must be http or https, with a host and without a user");
    }

    private CloseableHttpClient client(boolean privateToo) {
        Timeout connect = Timeout.of(settings.connectTimeout());
        return HttpClients.custom()
                .setConnectionManager(
                        PoolingHttpClientConnectionManagerBuilder.create()
                                .setDnsResolver(new CheckedAddresses(privateToo, names))
                                .setMaxConnTotal(CONNECTIONS_MAX)
                                .setMaxConnPerRoute(CONNECTIONS_MAX)
                                .setDefaultConnectionConfig(
                                        ConnectionConfig.custom()
                                                .setConnectTimeout(connect)
                                                .build())
                                .build())
                // Longer than any call, which is withdrawn by its own time-out.
                .setDefaultRequestConfig(
                        RequestConfig.custom()
                                .setResponseTimeout(
                                        Timeout.of(settings.callTimeout().plusSeconds(5)))
                                .build())
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableAutomaticRetries()
                .disableContentCompression()
                .build();
    }
}
