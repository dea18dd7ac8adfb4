package dev.parley.worker.tool.mcp;

import dev.parley.schemas.record.PolicyRecord.McpServer;
import dev.parley.schemas.record.ToolCatalog.ToolDescriptor;
import dev.parley.worker.tool.ToolOutcome;
import dev.parley.worker.tool.ToolSettings;
import io.modelcontextprotocol.client.McpAsyncClient;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.spec.McpSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.JsonNode;

/**
 * One server as the policy has it, for as long as the policy has it so.
 *
 * <pre>
 * STARTING ──listed──→ READY ──link lost──→ LOST ──pause, doubled each time──→ STARTING
 *     └──────────failed────────────────────→┘
 * </pre>
 *
 * Each state is told to the {@link Watcher} once. Calls go out in READY alone.
 */
public final class McpConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(McpConnection.class);
    private static final int PAGES_MAX = 100;

    /** Told of every list of tools, and of every reason why there is none. */
    public interface Watcher {
        void listed(String server, List<ToolDescriptor> tools);

        void failed(String server, String reason);
    }

    private final McpServer server;
    private final Links links;
    private final ToolSettings settings;
    private final Watcher watcher;
    private final CountDownLatch known = new CountDownLatch(1);
    private final Semaphore wake = new Semaphore(0);

    private volatile boolean closed;
    private volatile @Nullable Open open;
    private volatile List<ToolDescriptor> tools = List.of();
    private volatile @Nullable Thread keeper;

    /** A link that works, or did. */
    private static final class Open implements Link.Listener {
        private final Semaphore wake;
        private volatile @Nullable McpAsyncClient client;
        private volatile @Nullable Link link;
        private volatile @Nullable String lost;
        private volatile boolean changed;

        Open(Semaphore wake) {
            this.wake = wake;
        }

        @Override
        public void toolsChanged() {
            changed = true;
            wake.release();
        }

        @Override
        public void lost(String reason) {
            lost = reason;
            wake.release();
        }
    }

    public McpConnection(McpServer server, Links links, ToolSettings settings, Watcher watcher) {
        this.server = server;
        this.links = links;
        this.settings = settings;
        this.watcher = watcher;
    }

    public void start() {
        keeper = Thread.ofVirtual().name("mcp-" + server.name()).start(this::keep);
    }

    /** The entry of the policy that it follows. */
    public McpServer server() {
        return server;
    }

    /** What it offers at this moment; empty while it cannot be reached. */
    public List<ToolDescriptor> tools() {
        return tools;
    }

    /** Waits until it was reached for the first time, or was not. */
    public void awaitKnown(Duration timeout) throws InterruptedException {
        if (!known.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            LOG.debug("server {} is still being connected", server.name());
        }
    }

    /**
     * Calls a tool. Cancelling withdraws the call from the server.
     *
     * @param timeout after which it is withdrawn, and its outcome is a time-out
     */
    public CompletableFuture<ToolOutcome> call(String tool, JsonNode arguments, Duration timeout) {
        Open now = open;
        McpAsyncClient client = now == null || now.lost != null ? null : now.client;
        if (now == null || client == null) {
            return CompletableFuture.completedFuture(
                    ToolOutcome.error("The tool's server cannot be reached right now."));
        }
        AtomicReference<@Nullable Object> requestId = new AtomicReference<>();
        Consumer<Object> remember = requestId::set;
        CompletableFuture<ToolOutcome> outcome = new CompletableFuture<>();
        var request = new McpSchema.CallToolRequest(tool, ToolTexts.arguments(arguments), null);
        client.callTool(request)
                .contextWrite(context -> context.put(Link.REQUEST_ID, remember))
                .subscribe(
                        result ->
                                outcome.complete(
                                        ToolTexts.outcome(result, settings.resultCharsMax())),
                        failure -> outcome.complete(failed(failure)),
                        () -> outcome.complete(ToolOutcome.error("The tool answered nothing.")));
        outcome.completeOnTimeout(
                new ToolOutcome(
                        ToolOutcome.TIMEOUT,
                        "The tool did not answer within " + timeout.toSeconds() + " seconds."),
                Math.max(1, timeout.toMillis()),
                TimeUnit.MILLISECONDS);
        outcome.whenComplete((ended, cancelled) -> {
            Object id = requestId.get();
            Link link = now.link;
            if (id != null && link != null) {
                // Of a call that is over this does nothing.
                link.withdraw(id, cancelled == null ? "timed out" : "cancelled");
            }
        });
        return outcome;
    }

    private ToolOutcome failed(Throwable failure) {
        String reason = failure.getMessage();
        return ToolOutcome.error(
                ToolTexts.cut(
                        "The tool failed: " + (reason == null ? "no reason was given" : reason),
                        settings.resultCharsMax()));
    }

    @Override
    public void close() {
        closed = true;
        wake.release();
        Open now = open;
        Link link = now == null ? null : now.link;
        if (link != null) {
            link.closeGracefully().subscribe();
        }
        tools = List.of();
    }

    private void keep() {
        int failures = 0;
        while (!closed) {
            Open made = new Open(wake);
            String reason;
            try {
                connect(made);
                failures = 0;
                reason = attend(made);
            } catch (RuntimeException e) {
                reason = String.valueOf(made.lost != null ? made.lost : reason(e));
            } catch (InterruptedException e) {
                return;
            }
            release(made);
            if (closed) {
                return;
            }
            LOG.warn("server {} is lost: {}", server.name(), reason);
            watcher.failed(server.name(), reason);
            known.countDown();
            failures++;
            if (!pause(failures)) {
                return;
            }
        }
    }

    private void connect(Open made) {
        Link link = links.to(server, made);
        made.link = link;
        open = made;
        McpAsyncClient client =
                McpClient.async(link)
                        .clientInfo(new McpSchema.Implementation("parley", "1"))
                        // Calls are withdrawn by their own time-outs, which are shorter.
                        .requestTimeout(settings.callTimeout().plus(settings.connectTimeout()))
                        .initializationTimeout(settings.connectTimeout())
                        .build();
        McpSchema.InitializeResult agreed =
                client.initialize()
                        .subscribeOn(Schedulers.boundedElastic())
                        .block(settings.connectTimeout());
        if (agreed == null) {
            throw new McpException("the server did not introduce itself");
        }
        if (link instanceof HttpLink http) {
            http.agreed(agreed.protocolVersion());
        }
        made.client = client;
        list(client);
        LOG.info("server {} offers {} tools", server.name(), tools.size());
    }

    /** Until the link is lost; the reason. */
    private String attend(Open made) throws InterruptedException {
        McpAsyncClient client = java.util.Objects.requireNonNull(made.client);
        while (!closed) {
            boolean woken =
                    wake.tryAcquire(settings.listRefresh().toMillis(), TimeUnit.MILLISECONDS);
            wake.drainPermits();
            String lost = made.lost;
            if (lost != null) {
                return lost;
            }
            if (!closed && (made.changed || !woken)) {
                made.changed = false;
                list(client);
            }
        }
        return "closed";
    }

    private void list(McpAsyncClient client) {
        List<ToolDescriptor> listed = new ArrayList<>();
        String cursor = null;
        for (int page = 0; page < PAGES_MAX && listed.size() < settings.toolsMax(); page++) {
            McpSchema.ListToolsResult result =
                    client.listTools(cursor).block(settings.connectTimeout());
            if (result == null) {
                throw new McpException("the server did not list its tools");
            }
            for (McpSchema.Tool tool : result.tools()) {
                ToolDescriptor descriptor = Descriptors.of(tool);
                boolean twice =
                        descriptor != null
                                && listed.stream()
                                        .anyMatch(t -> t.name().equals(descriptor.name()));
                if (descriptor == null || twice) {
                    LOG.warn("server {} has a tool that cannot be offered", server.name());
                } else if (listed.size() < settings.toolsMax()) {
                    listed.add(descriptor);
                }
            }
            cursor = result.nextCursor();
            if (cursor == null || cursor.isEmpty()) {
                break;
            }
        }
        listed.sort(Comparator.comparing(ToolDescriptor::name));
        if (!closed) {
            tools = List.copyOf(listed);
            watcher.listed(server.name(), tools);
            known.countDown();
        }
    }

    private void release(Open made) {
        open = null;
        tools = List.of();
        Link link = made.link;
        if (link != null) {
            link.closeGracefully().subscribe();
        }
    }

    private boolean pause(int failures) {
        long ceiling =
                Math.min(
                        settings.backoff().toMillis() << Math.min(failures - 1, 20),
                        settings.backoffMax().toMillis());
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(1, ceiling));
        try {
            for (long left = until - System.nanoTime(); left > 0 && !closed; ) {
                if (wake.tryAcquire(left, TimeUnit.NANOSECONDS)) {
                    wake.drainPermits();
                }
                left = until - System.nanoTime();
            }
            return !closed;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static String reason(RuntimeException e) {
        Throwable cause = e;
        while (cause.getCause() != null && cause.getCause() != cause) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
