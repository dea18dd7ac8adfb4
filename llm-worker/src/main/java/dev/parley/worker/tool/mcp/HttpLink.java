package dev.parley.worker.tool.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.classic.methods.HttpDelete;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Streamable HTTP, as the MCP specification has it: each message is a POST that is answered by JSON
 * or by a stream of events; what the server says on its own comes by a GET, where it has one.
 * Redirects are not followed.
 */
final class HttpLink extends Link {

    private static final Logger LOG = LoggerFactory.getLogger(HttpLink.class);

    private static final String SESSION = "Mcp-Session-Id";
    private static final String VERSION = "MCP-Protocol-Version";
    private static final String EVENTS = "text/event-stream";
    private static final Duration LISTEN_PAUSE = Duration.ofSeconds(5);
    private static final Duration DRAIN = Duration.ofSeconds(1);

    private final URI uri;
    private final @Nullable String bearer;
    private final CloseableHttpClient http;
    private final int messageBytesMax;
    private final Map<Object, HttpUriRequestBase> underWay = new ConcurrentHashMap<>();
    private final CountDownLatch shut = new CountDownLatch(1);
    private volatile @Nullable String session;
    private volatile @Nullable String version;
    private volatile @Nullable HttpGet listening;

    /**
     * @param http of this link alone; closed with it
     * @param bearer credential of the server; null: none
     */
    HttpLink(
            Listener listener,
            URI uri,
            @Nullable String bearer,
            CloseableHttpClient http,
            int messageBytesMax) {
        super(listener);
        this.uri = uri;
        this.bearer = bearer;
        this.http = http;
        this.messageBytesMax = messageBytesMax;
    }

    @Override
    void open() {
        // Every message makes its own request.
    }

    /** The server has agreed to a version: from here on it is named, and the server listened to. */
    void agreed(String protocolVersion) {
        version = protocolVersion;
        Thread.ofVirtual().name("mcp-listen-" + uri.getHost()).start(this::listen);
    }

    @Override
    void send(byte[] message, @Nullable Object requestId) {
        HttpPost post = new HttpPost(uri);
        headers(post);
        post.setHeader("Accept", "application/json, " + EVENTS);
        post.setEntity(new ByteArrayEntity(message, ContentType.APPLICATION_JSON));
        if (requestId != null) {
            underWay.put(requestId, post);
        }
        Thread.ofVirtual().name("mcp-post-" + uri.getHost()).start(() -> exchange(post, requestId));
    }

    @Override
    void drop(Object requestId) {
        HttpUriRequestBase request = underWay.remove(requestId);
        if (request != null) {
            request.abort();
        }
    }

    @Override
    void shut() {
        if (shut.getCount() == 0) {
            return;
        }
        shut.countDown();
        HttpGet get = listening;
        if (get != null) {
            get.abort();
        }
        underWay.values().forEach(HttpUriRequestBase::abort);
        Thread.ofVirtual().name("mcp-bye-" + uri.getHost()).start(this::leave);
    }

    private void leave() {
        try (http) {
            if (session != null) {
                HttpDelete delete = new HttpDelete(uri);
                headers(delete);
                delete.setConfig(
                        RequestConfig.custom().setResponseTimeout(Timeout.ofSeconds(2)).build());
                http.executeOpen(null, delete, null).close();
            }
        } catch (IOException e) {
            LOG.debug("the session with {} was not closed: {}", uri.getHost(), e.toString());
        }
    }

    private void headers(HttpUriRequestBase request) {
        if (bearer != null) {
            request.setHeader("Authorization", "Bearer " + bearer);
        }
        if (session != null) {
            request.setHeader(SESSION, session);
        }
        if (version != null) {
            request.setHeader(VERSION, version);
        }
    }

    private void exchange(HttpPost post, @Nullable Object requestId) {
        String failure;
        // Closing what was not read to its end drops the connection instead of draining it.
        try (ClassicHttpResponse response = http.executeOpen(null, post, null)) {
            failure = answered(post, response, requestId);
        } catch (CheckedAddresses.RefusedAddressException e) {
            failure = "the server's address is refused: " + e.getMessage();
        } catch (IOException | RuntimeException e) {
            failure = "the server cannot be reached: " + reason(e);
        } finally {
            if (requestId != null) {
                underWay.remove(requestId, post);
            }
        }
        if (requestId != null) {
            failed(requestId, failure);
        }
    }

    /** Why the request has no response, should it have none. */
    private String answered(HttpPost post, ClassicHttpResponse response, @Nullable Object requestId)
            throws IOException {
        int status = response.getCode();
        if (status == 404 && session != null) {
            lost("it does not know the session any more");
            return "the server does not know the session any more";
        }
        if (status / 100 == 3) {
            return "the server answered with a redirect, which is not followed";
        }
        if (status / 100 != 2) {
            return "the server answered with HTTP status " + status;
        }
        Header newSession = response.getFirstHeader(SESSION);
        if (newSession != null && session == null) {
            session = newSession.getValue();
        }
        HttpEntity entity = response.getEntity();
        if (entity == null || requestId == null) {
            EntityUtils.consume(entity);
            return "the server sent no response";
        }
        String type = String.valueOf(entity.getContentType()).toLowerCase(Locale.ROOT);
        if (!type.startsWith(EVENTS)) {
            return readWhole(entity.getContent());
        }
        Lines lines = new Lines(entity.getContent(), messageBytesMax);
        String failure = readEvents(lines, requestId);
        if (failure == null) {
            // To its end, so that the connection can be used again; but not for long.
            CompletableFuture.delayedExecutor(DRAIN.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(post::abort);
            while (lines.next() != null) {
                // Nobody waits for what else it says here.
            }
            return "";
        }
        return failure;
    }

    private String readWhole(InputStream body) throws IOException {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            if (whole.size() + read > messageBytesMax) {
                throw new Lines.OverlongException(messageBytesMax);
            }
            whole.write(buffer, 0, read);
        }
        return received(whole.toString(StandardCharsets.UTF_8))
                ? "the server answered with another id"
                : "the server's answer is not a message";
    }

    /**
     * Until the response is there; what the server says beside it counts too.
     *
     * @return why there is no response; null when there is
     */
    private @Nullable String readEvents(Lines lines, @Nullable Object requestId)
            throws IOException {
        StringBuilder data = new StringBuilder();
        while (requestId == null || isWaitedFor(requestId)) {
            String line = lines.next();
            if (line == null) {
                return "the server's stream ended without a response";
            }
            if (line.isEmpty()) {
                if (!data.isEmpty() && !received(data.toString())) {
                    return "the server's answer is not a message";
                }
                data.setLength(0);
            } else if (line.startsWith("data:")) {
                if (data.length() + line.length() > messageBytesMax) {
                    throw new Lines.OverlongException(messageBytesMax);
                }
                data.append(data.isEmpty() ? "" : "\n").append(line.substring(5).stripLeading());
            }
        }
        return null;
    }

    private void listen() {
        while (isOpen(Duration.ZERO)) {
            HttpGet get = new HttpGet(uri);
            headers(get);
            get.setHeader("Accept", EVENTS);
            // It may be silent for as long as it likes.
            get.setConfig(RequestConfig.custom().setResponseTimeout(Timeout.DISABLED).build());
            listening = get;
            try (ClassicHttpResponse response = http.executeOpen(null, get, null)) {
                if (response.getCode() == 200 && response.getEntity() != null) {
                    readEvents(new Lines(response.getEntity().getContent(), messageBytesMax), null);
                } else if (response.getCode() < 500) {
                    // It says nothing on its own.
                    return;
                }
            } catch (IOException | RuntimeException e) {
                LOG.debug("listening to {} ended: {}", uri.getHost(), e.toString());
            }
            if (!isOpen(LISTEN_PAUSE)) {
                return;
            }
        }
    }

    private boolean isOpen(Duration within) {
        try {
            return !shut.await(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }
}
