package dev.parley.gateway.lane;

/** How far ahead of its sessions a pool of lanes grows. */
final class LaneDemand {

    /** Of all lanes, those that are to be free before the pool grows: one in so many. */
    private static final int FREE_ONE_IN = 4;

    private LaneDemand() {}

    /**
     * How many lanes to add; 0: enough are free.
     *
     * @param free lanes that nobody has
     * @param size lanes there are
     * @param spare fewer free ones are too few, however small the pool
     * @param unmet sessions that found none and for which none was made since: as many may come
     *     next
     */
    static int missing(int free, int size, int spare, int unmet) {
        int least = Math.max(spare, size / FREE_ONE_IN);
        return free >= least && unmet == 0 ? 0 : 2 * least - Math.min(free, 2 * least) + unmet;
    }
}
