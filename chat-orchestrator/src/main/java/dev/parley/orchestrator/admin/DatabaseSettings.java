package dev.parley.orchestrator.admin;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where the administered policy is kept.
 *
 * @param url JDBC address of a PostgreSQL ({@code PARLEY_DB_URL}); empty (default): the policy is a
 *     file and cannot be administered
 * @param user ({@code PARLEY_DB_USER}, default parley)
 * @param password ({@code PARLEY_DB_PASSWORD}, default none)
 * @param schema made when it is missing ({@code PARLEY_POLICY_SCHEMA}, default policy)
 * @param connections of one instance at most (default 3)
 */
@Validated
@ConfigurationProperties("parley.orchestrator.database")
record DatabaseSettings(
        @Nullable String url,
        @DefaultValue("parley") String user,
        @Nullable String password,
        @DefaultValue("policy") @Pattern(regexp = "[a-z_][a-z0-9_]{0,62}") String schema,
        @DefaultValue("3") @Min(2) @Max(100) int connections) {}
