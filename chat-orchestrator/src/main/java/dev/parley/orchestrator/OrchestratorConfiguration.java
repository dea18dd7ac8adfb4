package dev.parley.orchestrator;

import dev.parley.autoconfigure.Instance;
import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.orchestrator.policy.BlocksOfFile;
import dev.parley.orchestrator.policy.PolicyFile;
import dev.parley.orchestrator.policy.PolicySource;
import dev.parley.orchestrator.policy.PolicyTopic;
import dev.parley.orchestrator.stream.Carriage;
import dev.parley.orchestrator.stream.KnownLanes;
import dev.parley.orchestrator.stream.OrchestratorStreams;
import dev.parley.orchestrator.stream.Rules;
import dev.parley.orchestrator.stream.StreamsOptions;
import dev.parley.orchestrator.stream.TakeoverSettings;
import dev.parley.orchestrator.stream.ViolationSettings;
import dev.parley.orchestrator.workers.Presence;
import dev.parley.orchestrator.workers.WorkersTopic;
import dev.parley.schemas.vault.PersonCipher;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.KafkaTemplate;

/** Puts the parts together. */
@Configuration(proxyBeanMethods = false)
class OrchestratorConfiguration {

    /** Read before anything is connected, so that a wrong file stops the start at once. */
    @Bean
    PolicyFile policyFile(OrchestratorSettings settings) {
        return PolicyFile.load(settings.policyPath());
    }

    @Bean(destroyMethod = "close")
    PolicyTopic policyTopic(KafkaClients clients, DeadLetters deadLetters) {
        return new PolicyTopic(clients, deadLetters);
    }

    @Bean
    PolicySource policySource(
            PolicyFile file,
            PolicyTopic topic,
            KafkaTemplate<String, byte[]> kafka,
            Outbound outbound,
            OrchestratorSettings settings) {
        return new PolicySource(file, topic, kafka, outbound, settings.isAdministered());
    }

    @Bean
    BlocksOfFile blocksOfFile(
            KafkaTemplate<String, byte[]> kafka, Outbound outbound, OrchestratorSettings settings) {
        return new BlocksOfFile(kafka, outbound, settings.isAdministered());
    }

    @Bean(destroyMethod = "close")
    KnownLanes knownLanes(KafkaClients clients) {
        return new KnownLanes(clients);
    }

    @Bean
    Presence presence(TakeoverSettings takeover) {
        return new Presence(takeover.silence(), System::nanoTime);
    }

    @Bean(destroyMethod = "close")
    WorkersTopic workersTopic(KafkaClients clients, Presence presence, Clock clock) {
        return new WorkersTopic(clients, presence, clock);
    }

    @Bean
    Rules rules(
            OrchestratorSettings settings,
            PolicyTopic policy,
            Clock clock,
            TakeoverSettings takeover,
            Presence presence,
            ViolationSettings violations,
            ApplicationEventPublisher events) {
        return new Rules(
                settings.decider(),
                policy::current,
                clock,
                settings.clockTolerance(),
                settings.retention().age(),
                settings.streams().commitOnTerminal(),
                takeover,
                presence,
                violations,
                events::publishEvent);
    }

    @Bean
    Carriage carriage(
            OrchestratorSettings settings,
            Outbound outbound,
            Instance instance,
            KnownLanes lanes,
            MeterRegistry meters) {
        return new Carriage(
                outbound,
                instance,
                lanes,
                new PersonCipher(new SecureRandom()),
                masterKey(settings.masterKey()),
                settings.redaction().compiled(),
                meters);
    }

    @Bean
    OrchestratorStreams orchestratorStreams(
            Rules rules,
            Carriage carriage,
            OrchestratorSettings settings,
            KafkaSettings kafka,
            KafkaClients clients) {
        OrchestratorSettings.Streams streams = settings.streams();
        return new OrchestratorStreams(
                rules,
                carriage,
                new StreamsOptions(
                        streams.applicationId(),
                        settings.stateDir(),
                        streams.threads(),
                        streams.commitInterval(),
                        streams.poll(),
                        streams.guarantee(),
                        streams.inMemory(),
                        streams.failover()),
                kafka,
                clients);
    }

    @Bean
    HealthIndicator streamsHealthIndicator(OrchestratorStreams streams, PolicyTopic policy) {
        return () ->
                (streams.isRunning() && policy.isWhole() && policy.current().knowsAnyRole()
                                ? Health.up()
                                : Health.outOfService())
                        .withDetail("streams_running", streams.isRunning())
                        .withDetail("policy_read", policy.isWhole())
                        .build();
    }

    static byte[] masterKey(@Nullable String base64) {
        byte[] key;
        try {
            key = Base64.getDecoder().decode(base64 == null ? "" : base64.strip());
        } catch (IllegalArgumentException e) {
            key = new byte[0];
        }
        if (key.length != PersonCipher.KEY_BYTES) {
            throw new IllegalStateException(
                    "PARLEY_MASTER_KEY must be base64 of "
                            + PersonCipher.KEY_BYTES
                            + " bytes; make one with: openssl rand -base64 32");
        }
        return key;
    }
}
