package dev.parley.e2e.system;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Two gateways, an orchestrator, a worker and audit for all test classes that leave them as they
 * found them; a class that kills one starts it again.
 */
public final class SharedServices implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ServicesRun.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return SharedSystem.of(
                context, ServicesRun.class, () -> ServicesRun.of().gateways(2).start("services"));
    }
}
