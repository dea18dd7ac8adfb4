package dev.parley.schemas.record;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One subject of the policy; topic {@code parley.policy}, key {@code subject/name}. A tombstone
 * removes it.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = PolicyRecord.Role.class, name = "role"),
    @JsonSubTypes.Type(value = PolicyRecord.User.class, name = "user"),
    @JsonSubTypes.Type(value = PolicyRecord.Team.class, name = "team"),
    @JsonSubTypes.Type(value = PolicyRecord.McpServer.class, name = "mcp_server"),
    @JsonSubTypes.Type(value = PolicyRecord.Model.class, name = "model"),
    @JsonSubTypes.Type(value = PolicyRecord.Block.class, name = "block"),
    @JsonSubTypes.Type(value = PolicyRecord.AcceptedTools.class, name = "accepted_tools"),
    @JsonSubTypes.Type(value = PolicyRecord.Welcome.class, name = "welcome")
})
public sealed interface PolicyRecord extends PipelineEvent {

    /** The record's key on the topic, for example {@code role/user}. */
    String subject();

    /**
     * The limits, each absent (no such limit) or from 0 (none at all). Tokens are input and output
     * together.
     */
    record Limits(
            @Nullable Long requestsPerSecond,
            @Nullable Long requestsPerMinute,
            @Nullable Long requestsPerHour,
            @Nullable Long requestsPerDay,
            @Nullable Long tokensPerMinute,
            @Nullable Long tokensPerHour,
            @Nullable Long tokensPerDay,
            @Nullable BigDecimal costPerDay,
            @Nullable BigDecimal costPerMonth,
            @Nullable Integer concurrentAnswers,
            @Nullable Integer messageChars,
            @Nullable Integer answerTokens,
            @Nullable Integer toolRounds,
            @Nullable Integer answerSeconds) {

        public static final Limits NONE =
                new Limits(
                        null, null, null, null, null, null, null, null, null, null, null, null,
                        null, null);
    }

    /**
     * Rights to one MCP server's tools; {@code mode} is all, allow, deny or none. Globs; deny wins.
     */
    record ToolRule(String mode, List<String> tools, List<String> ask) {
        public ToolRule {
            tools = tools == null ? List.of() : List.copyOf(tools);
            ask = ask == null ? List.of() : List.copyOf(ask);
        }
    }

    /** {@code models}: names or globs; null: all. {@code tools}: by MCP server. */
    record Role(
            String name,
            Limits limits,
            boolean queue,
            @Nullable List<String> models,
            Map<String, ToolRule> tools,
            @Nullable String welcome)
            implements PolicyRecord {
        public Role {
            limits = limits == null ? Limits.NONE : limits;
            tools = tools == null ? Map.of() : Map.copyOf(tools);
        }

        @Override
        public String subject() {
            return "role/" + name;
        }
    }

    /** Overrides of one user; the strictest limit wins. */
    record User(
            String name,
            @Nullable String role,
            @Nullable String team,
            Limits limits,
            @Nullable List<String> models,
            Map<String, ToolRule> tools,
            @Nullable String welcome)
            implements PolicyRecord {
        public User {
            limits = limits == null ? Limits.NONE : limits;
            tools = tools == null ? Map.of() : Map.copyOf(tools);
        }

        @Override
        public String subject() {
            return "user/" + name;
        }
    }

    record Team(String name, Limits limits) implements PolicyRecord {
        public Team {
            limits = limits == null ? Limits.NONE : limits;
        }

        @Override
        public String subject() {
            return "team/" + name;
        }
    }

    /**
     * {@code transport} is stdio or http; {@code credential} names an environment variable or file
     * of the worker.
     */
    record McpServer(
            String name,
            String transport,
            List<String> command,
            @Nullable String url,
            @Nullable String credential,
            boolean allowPrivateNetwork)
            implements PolicyRecord {
        public McpServer {
            command = command == null ? List.of() : List.copyOf(command);
        }

        @Override
        public String subject() {
            return "mcp-server/" + name;
        }
    }

    /** Currency per million tokens. */
    record Price(BigDecimal input, BigDecimal output, @Nullable BigDecimal cached) {}

    record Route(String provider, @Nullable Integer weight, @Nullable Integer priority) {}

    /**
     * {@code name} is a model's name or a glob.
     *
     * @param limits of each user's answers by the models of this entry, beside the user's own
     */
    record Model(String name, List<Route> routes, @Nullable Price price, Limits limits)
            implements PolicyRecord {
        public Model {
            routes = routes == null ? List.of() : List.copyOf(routes);
            limits = limits == null ? Limits.NONE : limits;
        }

        /** A model without limits of its own. */
        public Model(String name, List<Route> routes, @Nullable Price price) {
            this(name, routes, price, Limits.NONE);
        }

        @Override
        public String subject() {
            return "model/" + name;
        }
    }

    /** {@code message} is shown to the user; {@code until} null: without end. */
    record Block(
            String user, @Nullable String reason, @Nullable String message, @Nullable Instant until)
            implements PolicyRecord {
        @Override
        public String subject() {
            return "block/" + user;
        }
    }

    /**
     * The tools of an MCP server that may be offered: by name, the hash that was accepted ({@link
     * ToolCatalog.ToolDescriptor#hash}). A tool with another hash, or absent here, waits.
     */
    record AcceptedTools(String server, Map<String, String> hashes) implements PolicyRecord {
        public AcceptedTools {
            hashes = hashes == null ? Map.of() : Map.copyOf(hashes);
        }

        @Override
        public String subject() {
            return "accepted-tools/" + server;
        }
    }

    /** What everybody is greeted with whose user and role have no greeting of their own. */
    record Welcome(String text) implements PolicyRecord {
        @Override
        public String subject() {
            return "welcome/default";
        }
    }
}
