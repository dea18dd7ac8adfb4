package dev.parley.orchestrator.web;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ErrorCode;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** How far readers are behind. */
@RestController
class LagController {

    private final Callers callers;
    private final ConsumerLag lag;

    LagController(Callers callers, ConsumerLag lag) {
        this.callers = callers;
        this.lag = lag;
    }

    record Page(List<ConsumerLag.Item> items, @Nullable String next) {}

    @GetMapping("/api/admin/lag")
    ResponseEntity<byte[]> lag(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false)
                    @Nullable String authorization) {
        callers.admin(authorization);
        try {
            return ResponseEntity.ok()
                    .contentType(MediaType.APPLICATION_JSON)
                    .cacheControl(CacheControl.noStore())
                    .body(Json.write(new Page(lag.items(), null)));
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable();
        }
    }

    private static ProblemException unavailable() {
        return new ProblemException(ErrorCode.UNAVAILABLE, "Kafka does not say right now.");
    }
}
