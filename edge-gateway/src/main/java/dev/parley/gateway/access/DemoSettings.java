package dev.parley.gateway.access;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The issuer for trying things out.
 *
 * @param login whether {@code POST /api/login} answers (default false)
 * @param password of all demo accounts; without it nobody signs in
 * @param tokenLife of issued tokens (default 1 h)
 * @param failuresMax failed logins of one account within {@code failureWindow}, after which it
 *     waits (default 10)
 * @param failureWindow see {@code failuresMax} (default 1 min)
 */
@Validated
@ConfigurationProperties("parley.demo")
record DemoSettings(
        @DefaultValue("false") boolean login,
        @Nullable String password,
        @DefaultValue("1h") Duration tokenLife,
        @DefaultValue("10") int failuresMax,
        @DefaultValue("1m") Duration failureWindow) {}
