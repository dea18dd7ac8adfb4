package dev.parley.orchestrator.web;

import dev.parley.orchestrator.workers.Presence;
import dev.parley.schemas.Json;
import dev.parley.schemas.record.WorkerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** How the providers of models do, by what the living workers say. */
@RestController
class ProvidersController {

    /** From well to ill, so that the worst that a worker sees is shown for all. */
    private static final List<String> STATES = List.of("up", "half_open", "resting", "open");

    private final Callers callers;
    private final Presence presence;

    ProvidersController(Callers callers, Presence presence) {
        this.callers = callers;
        this.presence = presence;
    }

    /**
     * A provider over all workers.
     *
     * @param state the worst that a worker sees: up, half_open, resting or open
     */
    record Item(
            String name,
            String type,
            String state,
            List<String> models,
            long answers,
            long failures,
            List<Seen> workers) {}

    /** The same as one worker sees it. */
    record Seen(
            String worker,
            Instant at,
            int slots,
            int running,
            String state,
            @Nullable Instant until,
            long answers,
            long failures,
            @Nullable String lastError,
            @Nullable Instant lastErrorAt,
            @Nullable Instant lastAnswerAt,
            @Nullable Long firstTokenMs) {}

    record Page(List<Item> items, @Nullable String next) {}

    @GetMapping("/api/admin/providers")
    ResponseEntity<byte[]> providers(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false)
                    @Nullable String authorization) {
        callers.admin(authorization);
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noStore())
                .body(Json.write(new Page(items(presence.alive()), null)));
    }

    static List<Item> items(List<WorkerStatus> workers) {
        Map<String, List<Seen>> seen = new TreeMap<>();
        Map<String, WorkerStatus.ProviderState> newest = new TreeMap<>();
        for (WorkerStatus worker : workers) {
            for (WorkerStatus.ProviderState state : worker.providers()) {
                newest.put(state.name(), state);
                seen.computeIfAbsent(state.name(), name -> new ArrayList<>())
                        .add(
                                new Seen(
                                        worker.worker(),
                                        worker.at(),
                                        worker.slots(),
                                        worker.running(),
                                        state.state(),
                                        state.until(),
                                        state.answers(),
                                        state.failures(),
                                        state.lastError(),
                                        state.lastErrorAt(),
                                        state.lastAnswerAt(),
                                        state.firstTokenMs()));
            }
        }
        List<Item> items = new ArrayList<>();
        newest.forEach((name, state) -> {
            List<Seen> all = seen.getOrDefault(name, List.of());
            items.add(
                    new Item(
                            name,
                            state.type(),
                            worst(all),
                            state.models(),
                            all.stream().mapToLong(Seen::answers).sum(),
                            all.stream().mapToLong(Seen::failures).sum(),
                            all));
        });
        return items;
    }

    private static String worst(List<Seen> all) {
        int worst = 0;
        for (Seen one : all) {
            worst = Math.max(worst, STATES.indexOf(one.state()));
        }
        return STATES.get(worst);
    }
}
