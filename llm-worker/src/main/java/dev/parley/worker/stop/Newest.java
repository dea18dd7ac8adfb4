package dev.parley.worker.stop;

import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the newest entries up to a limit. */
public final class Newest<V> extends LinkedHashMap<String, V> {

    private static final long serialVersionUID = 1L;
    private final int max;

    public Newest(int max) {
        this.max = max;
    }

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > max;
    }
}
