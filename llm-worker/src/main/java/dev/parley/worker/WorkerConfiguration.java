package dev.parley.worker;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.schemas.record.WorkerStatus;
import dev.parley.worker.answer.AnswerContext;
import dev.parley.worker.answer.LaneLookback;
import dev.parley.worker.answer.LaneSender;
import dev.parley.worker.answer.ResultPublisher;
import dev.parley.worker.context.ContextWindow;
import dev.parley.worker.guard.Guards;
import dev.parley.worker.intake.JobIntake;
import dev.parley.worker.intake.KafkaReach;
import dev.parley.worker.policy.PolicyView;
import dev.parley.worker.presence.Heartbeat;
import dev.parley.worker.provider.Providers;
import dev.parley.worker.stop.ControlReader;
import dev.parley.worker.stop.StopSignals;
import dev.parley.worker.tool.ToolSettings;
import dev.parley.worker.tool.Toolbox;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaTemplate;

/** Puts the worker together. */
@Configuration(proxyBeanMethods = false)
class WorkerConfiguration {

    @Bean(destroyMethod = "")
    PolicyView policyView(KafkaClients clients, DeadLetters deadLetters) {
        return new PolicyView(clients, deadLetters);
    }

    @Bean(destroyMethod = "close")
    LaneProducer laneProducer(KafkaClients clients) {
        return new LaneProducer(new KafkaProducer<>(clients.producer("lane")));
    }

    /** Its close waits no longer than a stop may take, whatever a send may take. */
    record LaneProducer(KafkaProducer<String, byte[]> producer) implements AutoCloseable {
        private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

        @Override
        public void close() {
            producer.close(CLOSE_TIMEOUT);
        }
    }

    /** Not the shared producer: tokens and results must not wait behind one another. */
    @Bean
    LaneSender laneSender(LaneProducer lane) {
        return (record, onAcknowledged) ->
                lane.producer().send(record, (metadata, refused) -> onAcknowledged.accept(refused));
    }

    @Bean
    AnswerContext answerContext(
            Providers providers,
            Toolbox toolbox,
            LaneSender lane,
            KafkaClients clients,
            KafkaTemplate<String, byte[]> kafka,
            Services services,
            WorkerSettings settings,
            ToolSettings tools,
            KafkaSettings kafkaSettings) {
        Executor flusher = task -> Thread.ofVirtual().name("lane-flush").start(task);
        return new AnswerContext(
                providers,
                toolbox,
                lane,
                new LaneLookback(clients),
                services.window(),
                services.guards(),
                new ResultPublisher(kafka, services.outbound()),
                services.outbound(),
                services.flow(),
                services.meters(),
                services.clock(),
                flusher,
                services.instance().id(),
                new AnswerContext.Limits(
                        settings.attemptsMax(),
                        settings.mergeWindow(),
                        settings.answerCharsMax(),
                        kafkaSettings.deliveryTimeout(),
                        tools.callTimeout(),
                        tools.roundsMax()));
    }

    /** What the surroundings give to an answer. */
    record Services(
            Outbound outbound,
            FlowRecorder flow,
            MeterRegistry meters,
            Clock clock,
            Instance instance,
            ContextWindow window,
            Guards guards) {}

    @Bean
    Services services(
            Outbound outbound,
            FlowRecorder flow,
            MeterRegistry meters,
            Clock clock,
            Instance instance,
            ContextWindow window,
            Guards guards) {
        return new Services(outbound, flow, meters, clock, instance, window, guards);
    }

    @Bean
    StopSignals stopSignals(WorkerSettings settings) {
        return new StopSignals(settings.stopsMax());
    }

    @Bean
    ControlReader controlReader(
            KafkaClients clients,
            StopSignals stops,
            DeadLetters deadLetters,
            Clock clock,
            Instance instance,
            WorkerSettings settings) {
        return new ControlReader(
                clients, stops, deadLetters, clock, settings.stopsBack(), instance.id());
    }

    @Bean
    JobIntake jobTaker(
            WorkerSettings settings,
            KafkaClients clients,
            DeadLetters deadLetters,
            StopSignals stops,
            AnswerContext context) {
        return new JobIntake(settings, clients, deadLetters, stops, context);
    }

    @Bean
    Heartbeat heartbeat(
            KafkaTemplate<String, byte[]> kafka,
            Services services,
            JobIntake intake,
            Providers providers,
            WorkerSettings settings) {
        return new Heartbeat(
                kafka,
                services.outbound(),
                () ->
                        new WorkerStatus(
                                services.instance().id(),
                                services.clock().instant(),
                                intake.isRunning() ? settings.concurrency() : 0,
                                intake.running(),
                                false,
                                providers.states()),
                settings.heartbeat());
    }

    @Bean(destroyMethod = "close")
    KafkaReach kafkaReach(KafkaClients clients) {
        return new KafkaReach(clients.admin("reach"));
    }

    /** Ready: jobs are taken, stops are heard, and Kafka answers. In the readiness group. */
    @Bean
    HealthIndicator jobIntakeHealthIndicator(
            JobIntake intake, ControlReader control, KafkaReach kafka) {
        return () -> {
            boolean up = intake.isRunning() && control.isReading() && kafka.answers();
            return (up ? Health.up() : Health.outOfService())
                    .withDetail("taking", intake.isRunning())
                    .withDetail("control", control.isReading())
                    .build();
        };
    }
}
