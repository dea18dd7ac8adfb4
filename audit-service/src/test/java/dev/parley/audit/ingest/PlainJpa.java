package dev.parley.audit.ingest;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.hibernate.cfg.Configuration;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.data.jpa.repository.support.SimpleJpaRepository;

/** What an application does that takes JPA as it comes: one entity a record, {@code saveAll}. */
final class PlainJpa {

    private static final int BATCH = 1_000;

    private PlainJpa() {}

    /** A record of the log, with its place as the key that keeps repeats out. */
    @Entity
    @Table(name = "saved")
    @SuppressWarnings("unused")
    static class Saved {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        private Long id;

        private String recordKey;

        @Column(columnDefinition = "text")
        private String record;

        private int kafkaPartition;
        private long kafkaOffset;

        protected Saved() {}

        Saved(ConsumerRecord<String, byte[]> from) {
            recordKey = from.key();
            record = new String(from.value(), StandardCharsets.UTF_8);
            kafkaPartition = from.partition();
            kafkaOffset = from.offset();
        }
    }

    static void saveAll(PGSimpleDataSource source, List<ConsumerRecord<String, byte[]>> records) {
        Properties settings = new Properties();
        settings.put("hibernate.connection.datasource", source);
        settings.put("hibernate.hbm2ddl.auto", "create-drop");
        try (EntityManagerFactory factory =
                new Configuration()
                        .addAnnotatedClass(Saved.class)
                        .addProperties(settings)
                        .buildSessionFactory()) {
            for (int from = 0; from < records.size(); from += BATCH) {
                try (EntityManager manager = factory.createEntityManager()) {
                    manager.getTransaction().begin();
                    new SimpleJpaRepository<Saved, Long>(Saved.class, manager)
                            .saveAll(
                                    records
                                            .subList(from, Math.min(records.size(), from + BATCH))
                                            .stream()
                                            .map(Saved::new)
                                            .toList());
                    manager.getTransaction().commit();
                }
            }
        }
    }
}
