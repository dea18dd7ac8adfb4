package dev.parley.e2e.browser;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.WebSocketRoute;
import dev.parley.schemas.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Plays the server's part of the chat frame by frame, for what no real model says on demand. It
 * greets, accepts each message, and hands the frames of the page to the test.
 */
final class ScriptedChat {

    private final List<JsonNode> heard = new CopyOnWriteArrayList<>();
    private WebSocketRoute socket;
    private int cursor;

    /** From now on, sockets of the page end here. */
    static ScriptedChat on(Page page) {
        ScriptedChat chat = new ScriptedChat();
        page.routeWebSocket("**/ws/chat**", chat::connected);
        return chat;
    }

    private void connected(WebSocketRoute route) {
        socket = route;
        route.onMessage(frame -> {
            JsonNode json = Json.mapper().readTree(frame.text());
            heard.add(json);
            switch (json.path("type").asString("")) {
                case "ping" -> send("{\"type\":\"pong\"}");
                case "message" ->
                        send(
                                "{\"type\":\"accepted\",\"client_msg_id\":"
                                        + json.path("client_msg_id")
                                        + ",\"message_id\":\"m1\",\"conversation_id\":\"c1\"}");
                default -> {}
            }
        });
        send(
                """
                {"type":"welcome","text":"<img src=x onerror=alert(1)>","session_id":"s1",
                 "conversation_id":"c1","user":{"id":"user1","name":"One","role":"user"},
                 "usage":null,"models":["<b>m</b>"],"cursor":"0","resumed":false,
                 "heartbeat_s":25}
                """);
    }

    /** A frame of message {@code m1}. */
    void frame(String type, Map<String, Object> fields) {
        ObjectNode frame = Json.mapper().createObjectNode().put("type", type);
        frame.put("message_id", "m1").put("cursor", Integer.toString(++cursor));
        fields.forEach((name, value) -> frame.set(name, Json.mapper().valueToTree(value)));
        send(frame.toString());
    }

    void done(String answer) {
        frame(
                "done",
                Map.of(
                        "result",
                        Map.of(
                                "answer",
                                answer,
                                "finish_reason",
                                "stop",
                                "model",
                                "m",
                                "tokens_input",
                                1,
                                "tokens_output",
                                1)));
    }

    void send(String json) {
        socket.send(json);
    }

    /** What the page sent of this type. */
    List<JsonNode> heard(String type) {
        List<JsonNode> matching = new ArrayList<>();
        heard.stream()
                .filter(frame -> frame.path("type").asString("").equals(type))
                .forEach(matching::add);
        return matching;
    }
}
