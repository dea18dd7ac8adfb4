package dev.parley.bench.provider;

import dev.parley.bench.net.Bytes;
import dev.parley.bench.net.ChunkedBody;
import dev.parley.bench.net.Connection;
import dev.parley.bench.net.EventLoop;
import dev.parley.bench.net.Handler;
import dev.parley.bench.net.HttpHead;
import dev.parley.schemas.UnreadableRecordException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One client's connection: requests one after another, each answered by its plan. */
final class ProviderConnection implements Handler {

    private static final byte[] MODELS =
            "{\"object\":\"list\",\"data\":[{\"id\":\"bench\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"bench\"}]}"
                    .getBytes(StandardCharsets.UTF_8);
    private static final byte[] NOT_FOUND =
            "{\"error\":{\"message\":\"no such path\",\"type\":\"invalid_request_error\"}}"
                    .getBytes(StandardCharsets.UTF_8);
    private static final byte[] UNREADABLE =
            "{\"error\":{\"message\":\"the body is not JSON\",\"type\":\"invalid_request_error\"}}"
                    .getBytes(StandardCharsets.UTF_8);

    private final EventLoop loop;
    private final FakeProvider provider;
    private final Bytes in = new Bytes(16 * 1024);
    private @Nullable Connection connection;
    private @Nullable HttpHead head;
    private @Nullable ChunkedBody chunked;
    private Bytes body = new Bytes(1024);

    ProviderConnection(EventLoop loop, FakeProvider provider) {
        this.loop = loop;
        this.provider = provider;
    }

    @Override
    public void opened(Connection connection) {
        this.connection = connection;
    }

    @Override
    public void received(ByteBuffer bytes, long atNanos) {
        in.add(bytes);
        while (requestIsWhole()) {
            HttpHead request = head;
            head = null;
            if (request != null && connection != null) {
                answer(connection, request);
            }
        }
    }

    @Override
    public void closed(@Nullable Throwable reason) {
        connection = null;
    }

    private boolean requestIsWhole() {
        if (head == null) {
            head = HttpHead.take(in);
            if (head == null) {
                return false;
            }
            chunked = head.isChunked() ? new ChunkedBody() : null;
            body = new Bytes(Math.max(256, head.contentLength()));
        }
        if (chunked != null) {
            chunked.decode(in, body);
            return chunked.isEnded();
        }
        int missing = Math.min(head.contentLength() - body.size(), in.size());
        body.add(in.array(), in.offset(), missing);
        in.drop(missing);
        return body.size() == head.contentLength();
    }

    private void answer(Connection to, HttpHead request) {
        if (request.startLine().startsWith("GET /v1/models")) {
            to.write(ByteBuffer.wrap(CompletionChunks.response("200 OK", MODELS)));
        } else if (request.startLine().startsWith("POST /v1/chat/completions")) {
            complete(to);
        } else {
            to.write(ByteBuffer.wrap(CompletionChunks.response("404 Not Found", NOT_FOUND)));
        }
    }

    private void complete(Connection to) {
        CompletionRequest request;
        try {
            request = CompletionRequest.read(body.take(body.size()));
        } catch (UnreadableRecordException e) {
            to.write(ByteBuffer.wrap(CompletionChunks.response("400 Bad Request", UNREADABLE)));
            return;
        }
        Answer answer = provider.answerTo(request);
        answer.called();
        AnswerPlan plan = answer.plan();
        boolean cut = request.maxTokens() > 0 && request.maxTokens() < plan.tokens();
        int tokens = cut ? request.maxTokens() : plan.tokens();
        if (!request.stream()) {
            String text = AnswerText.joined(plan.id(), tokens);
            to.write(ByteBuffer.wrap(CompletionChunks.whole(request, text, tokens, cut)));
            return;
        }
        byte[] closing = CompletionChunks.closing(request, tokens, cut);
        new StreamedAnswer(loop, to, answer, tokens, closing).start();
    }
}
