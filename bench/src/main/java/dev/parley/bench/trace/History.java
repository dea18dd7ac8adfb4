package dev.parley.bench.trace;

import dev.parley.bench.load.Exchange;
import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Compares what clients were shown with what {@code GET /api/conversations/{id}} tells. */
public final class History {

    private static final Duration REQUEST_MAX = Duration.ofSeconds(10);
    private static final int HTTP_OK = 200;

    private final URI gateway;
    private final UnaryOperator<String> tokenOf;
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /**
     * @param tokenOf signs a user's token
     */
    public History(URI gateway, UnaryOperator<String> tokenOf) {
        this.gateway = gateway;
        this.tokenOf = tokenOf;
    }

    /**
     * What was found.
     *
     * @param stored answers that stand there once, done, and with the text that was shown
     * @param twice answers that stand there more than once
     * @param faults what is missing or differs, alike ones counted together
     * @param missing exchanges that have not been found as they should be
     */
    public record Finding(int stored, int twice, List<String> faults, List<Exchange> missing) {}

    /** Looks the exchanges up, conversation by conversation. */
    public Finding look(List<Exchange> exchanges) throws InterruptedException {
        Map<String, List<Exchange>> byConversation =
                exchanges.stream()
                        .filter(each -> each.conversationId() != null)
                        .collect(
                                Collectors.groupingBy(
                                        each -> Objects.requireNonNull(each.conversationId())));
        Map<String, Integer> faults = new TreeMap<>();
        List<Exchange> missing = new ArrayList<>();
        int stored = 0;
        int twice = 0;
        for (Map.Entry<String, List<Exchange>> each : byConversation.entrySet()) {
            Map<String, List<JsonNode>> turns =
                    turns(each.getKey(), each.getValue().getFirst().user());
            for (Exchange exchange : each.getValue()) {
                List<JsonNode> found = turns.getOrDefault(exchange.messageId(), List.of());
                String fault = fault(exchange, found);
                if (fault.isEmpty()) {
                    stored++;
                } else {
                    faults.merge(fault, 1, Integer::sum);
                    missing.add(exchange);
                }
                twice += found.size() > 1 ? 1 : 0;
            }
        }
        List<String> sentences =
                faults.entrySet().stream().map(e -> e.getValue() + " × " + e.getKey()).toList();
        return new Finding(stored, twice, sentences, missing);
    }

    /** Empty when all is well. */
    static String fault(Exchange exchange, List<JsonNode> found) {
        if (found.isEmpty()) {
            return "not in the history";
        }
        if (found.size() > 1) {
            return "in the history " + found.size() + " times";
        }
        JsonNode turn = found.getFirst();
        String status = turn.path("status").asString("");
        if (!status.equals("done")) {
            return "in the history as \"" + status + "\" and not done";
        }
        boolean same = turn.path("answer").asString("").equals(exchange.text());
        return same ? "" : "in the history with another text than was shown";
    }

    private Map<String, List<JsonNode>> turns(String conversation, String user)
            throws InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(gateway.resolve("/api/conversations/" + conversation))
                        .header("Authorization", "Bearer " + tokenOf.apply(user))
                        .timeout(REQUEST_MAX)
                        .build();
        Map<String, List<JsonNode>> turns = new HashMap<>();
        try {
            HttpResponse<byte[]> response =
                    client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            if (response.statusCode() == HTTP_OK) {
                for (JsonNode turn : Json.tree(response.body()).path("turns")) {
                    turns.computeIfAbsent(
                                    turn.path("message_id").asString(""), id -> new ArrayList<>())
                            .add(turn);
                }
            }
        } catch (IOException | UnreadableRecordException e) {
            // Counted as not found; asked again as long as there is patience.
        }
        return turns;
    }
}
