package dev.parley.autoconfigure;

import dev.parley.autoconfigure.flow.FlowRecorder;
import dev.parley.autoconfigure.jwt.JwtSettings;
import dev.parley.autoconfigure.jwt.JwtVerifier;
import dev.parley.autoconfigure.kafka.DeadLetters;
import dev.parley.autoconfigure.kafka.DeclaredTopics;
import dev.parley.autoconfigure.kafka.KafkaClients;
import dev.parley.autoconfigure.kafka.KafkaSettings;
import dev.parley.autoconfigure.kafka.Outbound;
import dev.parley.autoconfigure.web.ProblemAnswers;
import io.micrometer.core.instrument.MeterRegistry;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;

/**
 * The shared beans. {@link DeclaredTopics#ensure()} has run before any bean that asks for {@link
 * KafkaClients} is made, so that no reader or writer meets a missing topic.
 */
@AutoConfiguration(
        beforeName = "org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration")
@EnableConfigurationProperties({KafkaSettings.class, JwtSettings.class})
public class ParleyAutoConfiguration {

    private static final Duration PRODUCER_CLOSE_TIMEOUT = Duration.ofSeconds(5);

    @Bean
    @ConditionalOnMissingBean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    @ConditionalOnMissingBean
    Instance instance(Environment environment) {
        return Instance.of(
                environment.getRequiredProperty("spring.application.name"), new SecureRandom());
    }

    @Bean
    KafkaClients kafkaClients(KafkaSettings settings, Instance instance) {
        KafkaClients clients = new KafkaClients(settings, instance);
        new DeclaredTopics(clients, settings).ensure();
        return clients;
    }

    @Bean
    DeclaredTopics declaredTopics(KafkaClients clients, KafkaSettings settings) {
        return new DeclaredTopics(clients, settings);
    }

    @Bean
    @ConditionalOnMissingBean
    ProducerFactory<String, byte[]> producerFactory(KafkaClients clients) {
        DefaultKafkaProducerFactory<String, byte[]> factory =
                new DefaultKafkaProducerFactory<>(clients.producer("producer"));
        factory.setPhysicalCloseTimeout((int) PRODUCER_CLOSE_TIMEOUT.toSeconds());
        return factory;
    }

    @Bean
    @ConditionalOnMissingBean
    KafkaTemplate<String, byte[]> kafkaTemplate(ProducerFactory<String, byte[]> factory) {
        return new KafkaTemplate<>(factory);
    }

    @Bean
    Outbound outbound(Instance instance, Clock clock) {
        return new Outbound(instance, clock);
    }

    @Bean
    DeadLetters deadLetters(
            KafkaTemplate<String, byte[]> kafka, Instance instance, MeterRegistry meters) {
        return new DeadLetters(kafka, instance, meters);
    }

    @Bean
    FlowRecorder flowRecorder(
            KafkaTemplate<String, byte[]> kafka, Outbound outbound, Instance instance) {
        return new FlowRecorder(kafka, outbound, instance);
    }

    /** Lazy, since a worker has no callers and needs no secret. */
    @Bean
    @Lazy
    JwtVerifier jwtVerifier(JwtSettings settings, Clock clock) {
        return new JwtVerifier(settings, clock);
    }

    @Bean
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnProperty(name = "parley.web.problems", matchIfMissing = true)
    ProblemAnswers problemAnswers() {
        return new ProblemAnswers();
    }
}
