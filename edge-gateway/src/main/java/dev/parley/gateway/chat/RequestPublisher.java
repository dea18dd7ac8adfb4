package dev.parley.gateway.chat;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.Topic;
import dev.parley.schemas.record.Checkpoint;
import dev.parley.schemas.record.RequestEvent;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.annotation.PreDestroy;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.stereotype.Component;

/** Puts requests into the log. */
@Component
public final class RequestPublisher {

    private static final Logger LOG = LoggerFactory.getLogger(RequestPublisher.class);

    private final KafkaOperations<String, byte[]> kafka;
    private final Outbound outbound;
    private final FlowRecorder flow;
    private final Clock clock;
    private final Timer latency;
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicInteger failuresInRow = new AtomicInteger();
    private final SecureRandom random = new SecureRandom();

    RequestPublisher(
            KafkaOperations<String, byte[]> kafka,
            Outbound outbound,
            FlowRecorder flow,
            Clock clock,
            MeterRegistry meters) {
        this.clock = clock;
        this.kafka = kafka;
        this.outbound = outbound;
        this.flow = flow;
        this.latency =
                Timer.builder("parley.gateway.publish")
                        .description("From the frame to the broker's acknowledgement")
                        .publishPercentileHistogram()
                        .register(meters);
    }

    /** Completes when the broker has acknowledged (acks=all), exceptionally when it has not. */
    CompletableFuture<Void> publish(RequestEvent event) {
        long start = System.nanoTime();
        CompletableFuture<Void> sent;
        try {
            sent =
                    kafka.send(
                                    outbound.event(
                                            Topic.REQUESTS,
                                            event.caller().id(),
                                            event,
                                            traceparent()))
                            .thenApply(r -> null);
        } catch (RuntimeException e) {
            sent = CompletableFuture.failedFuture(e);
        }
        return sent.whenComplete((ok, failure) -> {
            if (failure == null) {
                failuresInRow.set(0);
                latency.record(Duration.ofNanos(System.nanoTime() - start));
            } else {
                failuresInRow.incrementAndGet();
                LOG.warn("a request was not acknowledged: {}", failure.toString());
            }
        });
    }

    /** The first checkpoint of a message's way. */
    void received(Instant receivedAt, FlowRecorder.Of message, String entrance) {
        Duration taken = Duration.between(receivedAt, clock.instant());
        // Not by the producer's own thread, which calls here: a send there may wait for itself.
        background.execute(() ->
                flow.record(
                        message,
                        Checkpoint.GATEWAY_RECEIVED,
                        receivedAt,
                        taken.isNegative() ? Duration.ZERO : taken,
                        "ok",
                        Map.of("entrance", entrance)));
    }

    /** Whether the last sends all failed. */
    public boolean isFailing() {
        return failuresInRow.get() > 0;
    }

    @PreDestroy
    void close() {
        background.shutdownNow();
    }

    private String traceparent() {
        byte[] trace = new byte[16];
        byte[] span = new byte[8];
        random.nextBytes(trace);
        random.nextBytes(span);
        HexFormat hex = HexFormat.of();
        return "00-" + hex.formatHex(trace) + "-" + hex.formatHex(span) + "-01";
    }
}
