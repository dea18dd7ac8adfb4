package dev.parley.gateway.chat;

import dev.parley.autoconfigure.Instance;
import dev.parley.gateway.GatewaySettings;
import dev.parley.gateway.access.AccessControl;
import dev.parley.gateway.lane.LanePool;
import dev.parley.gateway.lane.LaneReader;
import dev.parley.gateway.log.SessionLog;
import java.time.Clock;
import org.springframework.stereotype.Component;

/** What every session of this gateway shares; one reference a session instead of ten. */
@Component
record Parts(
        AccessControl access,
        Lanes lanes,
        SessionLog sessionLog,
        RequestPublisher requests,
        Limits limits,
        Here here) {

    /** Where frames come from. */
    @Component
    record Lanes(LanePool pool, LaneReader reader) {}

    /** What is configured. */
    @Component
    record Limits(ConnectionSettings connection, GatewaySettings gateway) {}

    /** This process. */
    @Component
    record Here(Instance instance, Clock clock, GatewayMeters meters) {}
}
