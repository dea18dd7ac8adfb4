package dev.parley.standalone;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.access.Identity;
import dev.parley.gateway.access.RefusedException;
import dev.parley.gateway.chat.Registry;
import dev.parley.schemas.frame.ErrorCode;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/**
 * What a person may break in the one-command run; a bean of the gateway's context. Connections and
 * sign-ins are the caller's own.
 */
@RestController
@RequestMapping("/api/demo")
final class BreakController {

    /** Long enough to see the notice, short enough to wait for. */
    private static final Duration TOKEN_REST = Duration.ofSeconds(8);

    private final AccessControl access;
    private final Registry connections;
    private final Breakage breakage;
    private final Clock clock;

    BreakController(AccessControl access, Registry connections, Breakage breakage, Clock clock) {
        this.access = access;
        this.connections = connections;
        this.breakage = breakage;
        this.clock = clock;
    }

    record Actions(List<String> actions) {}

    record Wish(@Nullable String what) {}

    /** How many connections of the caller it concerns; null where it concerns a part. */
    record Broken(String what, @Nullable Integer connections) {}

    /** Tells the page that it may offer this; there is nothing here in other installations. */
    @GetMapping
    Actions actions() {
        List<String> actions = new ArrayList<>(List.of("connection", "token", "worker"));
        if (breakage.hasPostgres()) {
            actions.add("postgres");
        }
        return new Actions(actions);
    }

    @PostMapping("/break")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Broken broken(@RequestBody Wish wish, HttpServletRequest request) throws IOException {
        Identity caller = caller(request);
        String what = wish.what() == null ? "" : wish.what();
        if (!actions().actions().contains(what)) {
            throw new ProblemException(
                    ErrorCode.BAD_FRAME, "\"what\" is one of " + actions().actions() + ".");
        }
        Integer concerned = null;
        switch (what) {
            case "connection" -> concerned = connections.cut(caller.userId());
            case "token" ->
                    concerned =
                            connections.expire(caller.userId(), clock.instant().plus(TOKEN_REST));
            case "worker" -> breakage.killWorker();
            default -> breakage.pausePostgres();
        }
        return new Broken(what, concerned);
    }

    private Identity caller(HttpServletRequest request) {
        try {
            access.checkOrigin(request, false);
            return access.identifyBearer(request);
        } catch (RefusedException e) {
            throw new ProblemException(e.code(), e.detail());
        }
    }
}
