package dev.parley.bench.provider;

import dev.parley.bench.net.EventLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** An OpenAI-compatible provider on an event loop of its own. */
public final class FakeProvider implements AutoCloseable {

    private final EventLoop loop;
    private final Answers answers;
    private final AnswerPlan unplanned;
    private final InetSocketAddress address;

    private FakeProvider(EventLoop loop, Answers answers, AnswerPlan unplanned, int port)
            throws IOException {
        this.loop = loop;
        this.answers = answers;
        this.unplanned = unplanned;
        this.address =
                loop.listen(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        () -> new ProviderConnection(loop, this));
    }

    /**
     * Listens on the loopback address.
     *
     * @param port 0: any free one
     * @param answers where the moments of planned answers are recorded
     * @param unplanned what a message without a plan gets
     */
    public static FakeProvider start(int port, Answers answers, AnswerPlan unplanned)
            throws IOException {
        EventLoop loop = EventLoop.start("provider");
        try {
            return new FakeProvider(loop, answers, unplanned, port);
        } catch (IOException e) {
            loop.close();
            throw new IOException("The provider cannot listen on port " + port, e);
        }
    }

    public InetSocketAddress address() {
        return address;
    }

    /** As {@code PARLEY_MODEL_BASE_URL} wants it. */
    public String baseUrl() {
        return "http://" + address.getAddress().getHostAddress() + ":" + address.getPort() + "/v1";
    }

    @Override
    public void close() {
        loop.close();
    }

    Answer answerTo(CompletionRequest request) {
        return answers.of(AnswerPlan.in(request.prompt()).orElse(unplanned));
    }
}
