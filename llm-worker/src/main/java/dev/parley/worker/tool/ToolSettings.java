package dev.parley.worker.tool;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * How MCP servers are used.
 *
 * @param callTimeout longest call of a tool (default 60 s); it is then withdrawn from the server
 * @param connectTimeout for a server to start, to say hello and to list its tools (default 60 s: a
 *     package runner may have to fetch the server first)
 * @param offerWait how long an answer waits for a server that is just being connected (default 5 s)
 * @param listRefresh how often the tools of a server are listed anew without its asking for it
 *     (default 5 min)
 * @param backoff first pause before a lost server is connected again, doubled each time (default 1
 *     s)
 * @param backoffMax longest such pause (default 60 s)
 * @param resultCharsMax longest result, in UTF-16 units (default 20,000); the rest is cut and
 *     marked
 * @param messageBytesMax longest message of a server that is read (default 4 MiB); a longer one
 *     fails its call
 * @param toolsMax tools of one server that are taken note of (default 500)
 * @param offeredMax tools that one model is told of (default 128, which is OpenAI's maximum);
 *     further ones, by server and name, are left out
 * @param stdio whether the policy may have processes started here (default true)
 * @param credentialsDir folder of files that a server's {@code credential} may name ({@code
 *     PARLEY_TOOL_CREDENTIALS_DIR}); empty (default): only environment variables
 * @param roundsMax how often a model may be called again with results of tools, whatever the policy
 *     says (default 50)
 */
@Validated
@ConfigurationProperties("parley.tools")
public record ToolSettings(
        @DefaultValue("60s") Duration callTimeout,
        @DefaultValue("60s") Duration connectTimeout,
        @DefaultValue("5s") Duration offerWait,
        @DefaultValue("5m") Duration listRefresh,
        @DefaultValue("1s") Duration backoff,
        @DefaultValue("60s") Duration backoffMax,
        @DefaultValue("20000") @Min(100) @Max(400_000) int resultCharsMax,
        @DefaultValue("4194304") @Min(4096) int messageBytesMax,
        @DefaultValue("500") @Min(1) int toolsMax,
        @DefaultValue("128") @Min(1) int offeredMax,
        @DefaultValue("true") boolean stdio,
        @Nullable String credentialsDir,
        @DefaultValue("50") @Min(0) @Max(1000) int roundsMax) {}
