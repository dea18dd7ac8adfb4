package dev.parley.orchestrator.web;

import dev.parley.orchestrator.core.Memory;
import dev.parley.orchestrator.core.Meters;
import dev.parley.orchestrator.core.Rights;
import dev.parley.orchestrator.core.Running;
import dev.parley.orchestrator.core.UserState;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.schemas.Json;
import dev.parley.schemas.frame.ServerFrame;
import dev.parley.schemas.record.Caller;
import dev.parley.schemas.record.ToolUse;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Who the caller is, what they may do and what is left of it. */
@RestController
class MeController {

    private final Callers callers;
    private final Rules rules;
    private final UserStates states;

    MeController(Callers callers, Rules rules, UserStates states) {
        this.callers = callers;
        this.rules = rules;
        this.states = states;
    }

    @GetMapping("/api/me")
    ResponseEntity<byte[]> me(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false)
                    @Nullable String authorization,
            @RequestHeader(name = OtherInstances.FORWARDED, required = false)
                    @Nullable String forwarded) {
        Callers.Known known = callers.known(authorization);
        return states.answer(
                known.caller().id(),
                new UserStates.Asked("/api/me", authorization, forwarded != null),
                state -> Json.write(me(known.caller(), known.rights(), state)));
    }

    private static List<Me.PendingApproval> approvals(UserState state) {
        List<Me.PendingApproval> approvals = new ArrayList<>();
        for (Running answer : state.running()) {
            Running.Parked parked = answer.parked();
            if (parked != null) {
                for (ToolUse use : parked.waiting()) {
                    approvals.add(
                            new Me.PendingApproval(
                                    use.callId(),
                                    answer.messageId(),
                                    answer.conversationId(),
                                    use.server(),
                                    use.tool(),
                                    use.arguments(),
                                    parked.expiresAt()));
                }
            }
        }
        return approvals;
    }

    private Me me(Caller caller, Rights rights, Memory state) {
        ServerFrame.Usage usage =
                Meters.usage(
                        rights,
                        rules.policy().get(),
                        state,
                        rules.clock().instant(),
                        rules.settings().budgetZone());
        return new Me(
                new Me.User(
                        caller.id(), caller.name(), rights.author().role(), rights.author().team()),
                new Me.Rights(rights.models(), rights.servers()),
                rights.models(),
                usage.limits(),
                usage.runningAnswers(),
                usage,
                approvals(state.user()));
    }
}
