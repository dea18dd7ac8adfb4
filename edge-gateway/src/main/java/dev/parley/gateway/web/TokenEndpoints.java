package dev.parley.gateway.web;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.DemoIssuer;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.access.Revocations;
import dev.parley.gateway.access.Tickets;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Tokens of the demo issuer, tickets, and the end of both. */
@RestController
class TokenEndpoints {

    private final AccessControl access;
    private final Tickets tickets;
    private final DemoIssuer issuer;
    private final Revocations revocations;

    TokenEndpoints(
            AccessControl access, Tickets tickets, DemoIssuer issuer, Revocations revocations) {
        this.access = access;
        this.revocations = revocations;
        this.tickets = tickets;
        this.issuer = issuer;
    }

    record Login(@Nullable String username, @Nullable String password) {}

    record Token(String token, @JsonProperty("expires_at") Instant expiresAt) {}

    record Ticket(String ticket, @JsonProperty("expires_at") Instant expiresAt) {}

    @PostMapping("/api/login")
    ResponseEntity<Token> login(@RequestBody Login login, HttpServletRequest request) {
        if (!issuer.isOn()) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no login here.");
        }
        if (login.username() == null || login.password() == null) {
            throw new ProblemException(
                    ErrorCode.BAD_FRAME, "\"username\" and \"password\" are needed.");
        }
        try {
            access.checkOrigin(request, false);
            DemoIssuer.Issued issued = issuer.login(login.username(), login.password());
            return ResponseEntity.ok()
                    .header("Cache-Control", "no-store")
                    .body(new Token(issued.token(), issued.expiresAt()));
        } catch (RefusedException e) {
            throw new ProblemException(e.code(), e.detail());
        }
    }

    @PostMapping("/api/tickets")
    ResponseEntity<Ticket> ticket(HttpServletRequest request) {
        try {
            access.checkOrigin(request, false);
            Identity identity = access.identifyBearer(request);
            Tickets.Issued issued = tickets.issue(identity);
            return ResponseEntity.status(HttpStatus.CREATED)
                    .header("Cache-Control", "no-store")
                    .body(new Ticket(issued.ticket(), issued.expiresAt()));
        } catch (RefusedException e) {
            throw new ProblemException(e.code(), e.detail());
        }
    }

    /**
     * Signs the token out at every gateway: it is refused from now on, its connections end with
     * 4401, and the answers that run on them are stopped.
     */
    @PostMapping("/api/logout")
    ResponseEntity<Void> logout(HttpServletRequest request) {
        try {
            access.checkOrigin(request, false);
            revocations.revoke(access.identifyBearer(request));
            return ResponseEntity.noContent().build();
        } catch (RefusedException e) {
            throw new ProblemException(e.code(), e.detail());
        }
    }
}
