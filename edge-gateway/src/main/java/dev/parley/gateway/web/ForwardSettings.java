package dev.parley.gateway.web;

import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Calls that another service answers.
 *
 * @param bodyBytesMax longest body that is passed on (default 1,048,576)
 * @param importBytesMax the same for files of conversations that are brought along; one is held in
 *     memory while it is passed on (default 33,554,432)
 * @param connectTimeout until the owner takes the connection (default 2 s)
 * @param answerTimeout until the owner's answer begins (default 30 s)
 */
@Validated
@ConfigurationProperties("parley.forward")
record ForwardSettings(
        @DefaultValue("1048576") @Min(1024) int bodyBytesMax,
        @DefaultValue("33554432") @Min(1024) int importBytesMax,
        @DefaultValue("2s") Duration connectTimeout,
        @DefaultValue("30s") Duration answerTimeout) {

    private static final Set<String> IMPORTS =
            Set.of("/api/conversations/import", "/api/audit/imports");

    /** What this call's body may be. */
    int bodyBytesMax(String path) {
        return IMPORTS.contains(path) ? importBytesMax : bodyBytesMax;
    }
}
