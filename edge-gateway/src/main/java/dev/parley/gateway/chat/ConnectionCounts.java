package dev.parley.gateway.chat;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Open connections by user and by address, so that nobody takes the place of all others. */
final class ConnectionCounts {

    private final ConnectionSettings settings;
    private final AtomicInteger total = new AtomicInteger();
    private final Map<String, Integer> byUser = new ConcurrentHashMap<>();
    private final Map<String, Integer> byAddress = new ConcurrentHashMap<>();

    ConnectionCounts(ConnectionSettings settings) {
        this.settings = settings;
    }

    boolean hasRoomFor(String user, String address) {
        return total.get() < settings.totalMax()
                && byUser.getOrDefault(user, 0) < settings.perUserMax()
                && byAddress.getOrDefault(address, 0) < settings.perAddressMax();
    }

    void add(String user, String address) {
        total.incrementAndGet();
        byUser.merge(user, 1, Integer::sum);
        byAddress.merge(address, 1, Integer::sum);
    }

    void remove(String user, String address) {
        total.decrementAndGet();
        less(byUser, user);
        less(byAddress, address);
    }

    private static void less(Map<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }
}
