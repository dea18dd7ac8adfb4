package dev.parley.gateway.chat;

import java.util.HashMap;
import java.util.Map;

/**
 * Open connections by user and by address, so that nobody takes the place of all others. Whoever
 * has taken a place gives it back once.
 */
final class ConnectionCounts {

    private final ConnectionSettings settings;

    // Guarded by this.
    private final Map<String, Integer> byUser = new HashMap<>();
    private final Map<String, Integer> byAddress = new HashMap<>();
    private int total;

    ConnectionCounts(ConnectionSettings settings) {
        this.settings = settings;
    }

    synchronized boolean hasRoomFor(String user, String address) {
        return total < settings.totalMax()
                && byUser.getOrDefault(user, 0) < settings.perUserMax()
                && byAddress.getOrDefault(address, 0) < settings.perAddressMax();
    }

    /** Takes a place if there is one: of many who come at once no more than there is room for. */
    synchronized boolean take(String user, String address) {
        if (!hasRoomFor(user, address)) {
            return false;
        }
        total++;
        byUser.merge(user, 1, Integer::sum);
        byAddress.merge(address, 1, Integer::sum);
        return true;
    }

    synchronized void remove(String user, String address) {
        total--;
        less(byUser, user);
        less(byAddress, address);
    }

    private static void less(Map<String, Integer> counts, String key) {
        counts.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }
}
