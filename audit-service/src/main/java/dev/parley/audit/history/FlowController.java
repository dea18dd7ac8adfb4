package dev.parley.audit.history;

import dev.parley.audit.journal.ReadJournal;
import dev.parley.audit.store.FlowStep;
import dev.parley.audit.store.FlowSteps;
import dev.parley.audit.web.Parameters;
import dev.parley.audit.web.Reader;
import dev.parley.audit.web.RowSecurity;
import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import java.util.List;
import java.util.Map;
import org.springframework.data.domain.Limit;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/** The way of a message, for its user and for auditors. */
@RestController
final class FlowController {

    private final FlowSteps steps;
    private final ReadJournal journal;
    private final HistorySettings settings;
    private final RowSecurity rows;

    FlowController(
            FlowSteps steps, ReadJournal journal, HistorySettings settings, RowSecurity rows) {
        this.rows = rows;
        this.steps = steps;
        this.journal = journal;
        this.settings = settings;
    }

    @GetMapping("/api/messages/{id}/flow")
    FlowView flow(Reader caller, @PathVariable String id) {
        String message = Parameters.uuid("id", id);
        List<FlowStep> way =
                rows.inspecting(
                        caller, () -> steps.of(List.of(message), Limit.of(settings.stepsMax())));
        boolean own = way.stream().anyMatch(step -> step.userId().equals(caller.userId()));
        if (way.isEmpty() || !(own || caller.inspects())) {
            throw new ProblemException(ErrorCode.NOT_FOUND, "There is no such message.");
        }
        if (!own) {
            journal.record(caller, "messages/flow", message, Map.of());
            return FlowView.of(way);
        }
        return FlowView.of(
                way.stream().filter(step -> step.userId().equals(caller.userId())).toList());
    }
}
