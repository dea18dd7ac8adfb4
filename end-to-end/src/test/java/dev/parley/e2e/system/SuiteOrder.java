package dev.parley.e2e.system;

import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/** Classes by suite, so that those which share a system follow one another; within one, by name. */
public final class SuiteOrder implements ClassOrderer {

    private static final List<String> SUITES =
            List.of("containers", "browser", "embedded", "node", "services");

    @Override
    public void orderClasses(ClassOrdererContext context) {
        context.getClassDescriptors()
                .sort(
                        Comparator.comparingInt(SuiteOrder::place)
                                .thenComparing(c -> c.getTestClass().getName()));
    }

    private static int place(ClassDescriptor descriptor) {
        String name = descriptor.getTestClass().getPackageName();
        return SUITES.indexOf(name.substring(name.lastIndexOf('.') + 1));
    }
}
