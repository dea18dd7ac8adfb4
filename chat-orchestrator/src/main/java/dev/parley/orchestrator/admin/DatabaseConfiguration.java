package dev.parley.orchestrator.admin;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import jakarta.persistence.EntityManagerFactory;
import java.util.Map;
import java.util.Properties;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.data.repository.config.BootstrapMode;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * A small pool, JPA and Flyway, made by hand and not by Spring Boot: they must be absent without a
 * database, and neither their start nor that of the service may wait for PostgreSQL.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnDatabase
@EnableJpaRepositories(
        basePackageClasses = DatabaseConfiguration.class,
        considerNestedRepositories = true,
        bootstrapMode = BootstrapMode.LAZY)
class DatabaseConfiguration {

    private static final int CONNECT_TIMEOUT_MS = 3_000;

    @Bean(destroyMethod = "close")
    HikariDataSource dataSource(DatabaseSettings settings) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("policy");
        config.setJdbcUrl(settings.url());
        config.setUsername(settings.user());
        config.setPassword(settings.password() == null ? "" : settings.password());
        config.setSchema(settings.schema());
        config.setMaximumPoolSize(settings.connections());
        config.setMinimumIdle(1);
        // Starts without PostgreSQL, and answers `unavailable` soon while it is down.
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(CONNECT_TIMEOUT_MS);
        config.setValidationTimeout(1_000);
        Properties driver = new Properties();
        driver.setProperty("connectTimeout", "3");
        driver.setProperty("socketTimeout", "20");
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty("ApplicationName", "parley-policy");
        // An instance that stands still in mid-change must not keep all others from changing.
        driver.setProperty(
                "options",
                "-c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c timezone=UTC");
        config.setDataSourceProperties(driver);
        return new HikariDataSource(config);
    }

    @Bean
    Flyway policyFlyway(DataSource dataSource, DatabaseSettings settings) {
        return Flyway.configure()
                .dataSource(dataSource)
                .locations("classpath:db/policy")
                .schemas(settings.schema())
                .defaultSchema(settings.schema())
                .load();
    }

    @Bean
    LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
        LocalContainerEntityManagerFactoryBean factory =
                new LocalContainerEntityManagerFactoryBean();
        factory.setPersistenceUnitName("policy");
        factory.setDataSource(dataSource);
        factory.setPackagesToScan(DatabaseConfiguration.class.getPackageName());
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setJpaPropertyMap(
                Map.of(
                        "hibernate.dialect",
                        "org.hibernate.dialect.PostgreSQLDialect",
                        // The dialect is known; asking for it would tie the start to PostgreSQL.
                        "hibernate.boot.allow_jdbc_metadata_access",
                        false,
                        "hibernate.hbm2ddl.auto",
                        "none",
                        "hibernate.jdbc.time_zone",
                        "UTC",
                        "hibernate.physical_naming_strategy",
                        "org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl",
                        "hibernate.connection.provider_disables_autocommit",
                        false));
        // Beside the start of the rest, which has no need of it.
        factory.setBootstrapExecutor(new SimpleAsyncTaskExecutor("policy-jpa-"));
        return factory;
    }

    @Bean
    PlatformTransactionManager transactionManager(
            EntityManagerFactory factory, DataSource dataSource) {
        JpaTransactionManager transactions = new JpaTransactionManager(factory);
        transactions.setDataSource(dataSource);
        return transactions;
    }

    @Bean
    TransactionTemplate policyTransactions(PlatformTransactionManager transactions) {
        return new TransactionTemplate(transactions);
    }
}
