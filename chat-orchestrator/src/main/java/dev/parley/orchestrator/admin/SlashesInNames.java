package dev.parley.orchestrator.admin;

import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.springframework.boot.jetty.servlet.JettyServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/**
 * Names of models and users may hold a slash, {@code openai/gpt-5}, which an address carries as
 * {@code %2F}, and a percent sign, {@code %25}. Jetty refuses that by default, for the sake of
 * those who decide by the decoded path; here paths are matched segment by segment before anything
 * is decoded.
 */
@Component
class SlashesInNames implements WebServerFactoryCustomizer<JettyServletWebServerFactory> {

    private static final UriCompliance COMPLIANCE =
            UriCompliance.DEFAULT.with(
                    "parley",
                    UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                    UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING);

    @Override
    public void customize(JettyServletWebServerFactory factory) {
        factory.addServerCustomizers(server -> {
            for (var connector : server.getConnectors()) {
                for (var connection : connector.getConnectionFactories()) {
                    if (connection instanceof HttpConnectionFactory http) {
                        http.getHttpConfiguration().setUriCompliance(COMPLIANCE);
                    }
                }
            }
            for (ServletContextHandler context :
                    server.getDescendants(ServletContextHandler.class)) {
                context.getServletHandler().setDecodeAmbiguousURIs(true);
            }
        });
    }
}
