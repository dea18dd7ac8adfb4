package dev.parley.worker.tool.mcp;

import io.modelcontextprotocol.json.McpJsonMapper;
import io.modelcontextprotocol.json.TypeRef;
import io.modelcontextprotocol.json.jackson3.JacksonMcpJsonMapper;
import io.modelcontextprotocol.spec.McpClientTransport;
import io.modelcontextprotocol.spec.McpSchema;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCNotification;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCRequest;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * A transport of the SDK's client. Knows which requests wait for a response, so that one that is
 * withdrawn, or whose connection is gone, ends at once.
 */
abstract class Link implements McpClientTransport {

    /** What a link tells whoever keeps it. */
    interface Listener {
        /** The server's tools may have changed. */
        void toolsChanged();

        /** Nothing comes from this link any more; told once. */
        void lost(String reason);
    }

    /** Key of the subscriber's context: told the id of the request that is made. */
    static final String REQUEST_ID = "parley.request-id";

    static final McpJsonMapper JSON = new JacksonMcpJsonMapper(JsonMapper.builder().build());

    private static final String TOOLS_CHANGED = McpSchema.METHOD_NOTIFICATION_TOOLS_LIST_CHANGED;
    private static final int WITHDRAWN = -32800;

    private final Listener listener;
    private final Set<Object> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile @Nullable Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler;

    Link(Listener listener) {
        this.listener = listener;
    }

    /** Opens whatever has to be open before the first message. */
    abstract void open() throws IOException;

    /**
     * Sends without waiting for a response; what comes back is handed to {@link #received}.
     *
     * @param requestId of the request; null for anything else
     */
    abstract void send(byte[] message, @Nullable Object requestId) throws IOException;

    /** Drops what is still under way of this request. */
    abstract void drop(Object requestId);

    /** Ends everything, without waiting long. */
    abstract void shut();

    @Override
    public final Mono<Void> connect(
            Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> newHandler) {
        return Mono.fromRunnable(() -> {
            handler = newHandler;
            try {
                open();
            } catch (IOException e) {
                lost("cannot be reached: " + e.getMessage());
            }
        });
    }

    @Override
    public final Mono<Void> sendMessage(JSONRPCMessage message) {
        return Mono.deferContextual(context -> {
            Object id = message instanceof JSONRPCRequest request ? request.id() : null;
            if (id != null) {
                waiting.add(id);
                Consumer<Object> told = context.getOrDefault(REQUEST_ID, null);
                if (told != null) {
                    told.accept(id);
                }
            }
            try {
                if (over.get()) {
                    throw new IOException("the connection is closed");
                }
                send(JSON.writeValueAsString(message).getBytes(StandardCharsets.UTF_8), id);
                return Mono.<Void>empty();
            } catch (IOException e) {
                if (id != null) {
                    waiting.remove(id);
                }
                return Mono.<Void>error(new McpException("the server cannot be reached", e));
            }
        });
    }

    /** Takes a call back: the server is told, and nobody waits for it any more. */
    final void withdraw(Object requestId, String reason) {
        if (!waiting.contains(requestId)) {
            return;
        }
        drop(requestId);
        try {
            JSONRPCNotification cancelled =
                    new JSONRPCNotification(
                            "notifications/cancelled",
                            Map.of("requestId", requestId, "reason", reason));
            send(JSON.writeValueAsString(cancelled).getBytes(StandardCharsets.UTF_8), null);
        } catch (IOException e) {
            // It will see the connection end.
        }
        failed(requestId, reason);
    }

    /**
     * A message of the server.
     *
     * @return whether it could be read
     */
    final boolean received(String json) {
        JSONRPCMessage message;
        try {
            message = McpSchema.deserializeJsonRpcMessage(JSON, json);
        } catch (IOException | RuntimeException e) {
            return false;
        }
        switch (message) {
            case JSONRPCResponse response -> {
                if (waiting.remove(response.id())) {
                    handle(response);
                }
            }
            // The SDK would list the tools itself, as many pages as the server likes to have.
            case JSONRPCNotification note when TOOLS_CHANGED.equals(note.method()) ->
                    listener.toolsChanged();
            default -> handle(message);
        }
        return true;
    }

    /** A request that will have no response. */
    final void failed(Object requestId, String reason) {
        if (waiting.remove(requestId)) {
            handle(
                    JSONRPCResponse.error(
                            requestId, new JSONRPCResponse.JSONRPCError(WITHDRAWN, reason, null)));
        }
    }

    final boolean isWaitedFor(Object requestId) {
        return waiting.contains(requestId);
    }

    /** The connection is gone, and with it all that waits. */
    final void lost(String reason) {
        if (over.compareAndSet(false, true)) {
            shut();
            waiting.forEach(id -> failed(id, reason));
            listener.lost(reason);
        }
    }

    @Override
    public final Mono<Void> closeGracefully() {
        return Mono.fromRunnable(() -> {
            if (over.compareAndSet(false, true)) {
                shut();
                waiting.forEach(id -> failed(id, "the connection is closed"));
            }
        });
    }

    @Override
    public final <T> T unmarshalFrom(Object data, TypeRef<T> type) {
        return JSON.convertValue(data, type);
    }

    private void handle(JSONRPCMessage message) {
        Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> to = handler;
        if (to != null) {
            to.apply(Mono.just(message)).subscribe(handled -> {}, failure -> {});
        }
    }
}
