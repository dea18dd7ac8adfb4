package dev.parley.standalone;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Never becomes ready. */
@Configuration(proxyBeanMethods = false)
class FailingService {

    @Bean
    InitializingBean failing() {
        return () -> {
            throw new IllegalStateException("the dog ate the configuration");
        };
    }
}
