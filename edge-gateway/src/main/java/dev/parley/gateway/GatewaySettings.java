package dev.parley.gateway;

import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What a run of the gateway is told by its environment.
 *
 * @param allowedOrigins origins of other sites whose pages may call, as {@code scheme://host:port};
 *     empty (default): the gateway's own only
 * @param queryToken whether {@code ?token=JWT} is taken (default false)
 * @param resumeWindow how long a session stays resumable after its last connection ended (default
 *     10 min)
 * @param orchestratorUrl where {@code /api/me} and {@code /api/admin} are answered
 * @param auditUrl where history and audit are answered
 * @param trustedProxies networks ({@code 10.0.0.0/8}) or addresses of proxies whose {@code
 *     X-Forwarded-For} says where a client is; empty (default): nobody's word is taken
 */
@Validated
@ConfigurationProperties("parley")
public record GatewaySettings(
        @DefaultValue List<String> allowedOrigins,
        @DefaultValue("false") boolean queryToken,
        @DefaultValue("10m") @NotNull Duration resumeWindow,
        @DefaultValue("http://localhost:8081") @NotNull URI orchestratorUrl,
        @DefaultValue("http://localhost:8083") @NotNull URI auditUrl,
        @DefaultValue List<String> trustedProxies) {}
