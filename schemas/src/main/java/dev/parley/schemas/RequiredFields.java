package dev.parley.schemas;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is missing in a record that was read: a field that is neither {@code @Nullable} nor
 * given a value by its record's constructor. Without this a record with half of its fields would be
 * found out as a null far from the log.
 */
final class RequiredFields {

    private static final ClassValue<List<Method>> ACCESSORS =
            new ClassValue<>() {
                @Override
                protected List<Method> computeValue(Class<?> type) {
                    return required(type);
                }
            };

    private RequiredFields() {}

    /** The name of a missing field, null when all are there. */
    static @Nullable String missingIn(Object value) {
        if (value instanceof Collection<?> items) {
            for (Object item : items) {
                String missing = item == null ? null : missingIn(item);
                if (missing != null) {
                    return missing;
                }
            }
            return null;
        }
        if (!(value instanceof Record)) {
            return null;
        }
        for (Method accessor : ACCESSORS.get(value.getClass())) {
            Object field = get(accessor, value);
            String missing = field == null ? accessor.getName() : missingIn(field);
            if (missing != null) {
                return missing;
            }
        }
        return null;
    }

    private static List<Method> required(Class<?> type) {
        List<Method> accessors = new ArrayList<>();
        for (RecordComponent field : type.getRecordComponents()) {
            if (!field.getType().isPrimitive()
                    && !field.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                accessors.add(field.getAccessor());
            }
        }
        AccessibleObject.setAccessible(accessors.toArray(AccessibleObject[]::new), true);
        return List.copyOf(accessors);
    }

    private static @Nullable Object get(Method accessor, Object value) {
        try {
            return accessor.invoke(value);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record's accessor failed", e);
        }
    }
}
