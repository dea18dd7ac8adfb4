package dev.parley.orchestrator.admin;

import dev.parley.autoconfigure.web.ProblemException;
import dev.parley.schemas.frame.ErrorCode;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Says why nothing can be administered where the policy is a file. */
@RestController
@Conditional(NoDatabase.NoneConfigured.class)
class NoDatabase {

    @RequestMapping({
        "/api/admin/{section:roles|users|teams|mcp-servers|models|limits|welcome|blocks|policy}",
        "/api/admin/{section:roles|users|teams|mcp-servers|models|limits|welcome|blocks|policy}/**"
    })
    void refuse(Administrator caller) {
        throw new ProblemException(
                ErrorCode.UNAVAILABLE,
                "No database is configured for the orchestrator: the policy is a file.");
    }

    static final class NoneConfigured implements ConfigurationCondition {

        private final ConditionalOnDatabase.Configured configured =
                new ConditionalOnDatabase.Configured();

        @Override
        public ConfigurationPhase getConfigurationPhase() {
            return ConfigurationPhase.REGISTER_BEAN;
        }

        @Override
        public boolean matches(
                org.springframework.context.annotation.ConditionContext context,
                org.springframework.core.type.AnnotatedTypeMetadata metadata) {
            return !configured.matches(context, metadata);
        }
    }
}
