package dev.parley.gateway.lane;

import dev.parley.gateway.log.SessionLogEntry.LaneLease;

/** A session whose frames come by a lane; called by the reader's thread, and must not wait. */
public interface LaneTenant {

    String sessionId();

    LaneLease lease();

    /** Whether an answer runs: then the lane is fetched however quiet it is. */
    boolean awaitsFrames();

    void deliver(LaneFrame frame);

    /** The lane's records that the session still needs are gone. */
    void lost();
}
