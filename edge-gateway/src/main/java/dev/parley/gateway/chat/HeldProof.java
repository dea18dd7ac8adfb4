package dev.parley.gateway.chat;

import dev.parley.gateway.access.Identity;
import java.time.Duration;
import java.time.Instant;

/** What proves who has a connection, and for how long. Guarded by its session. */
final class HeldProof {

    private Identity identity;
    private boolean expiringSaid;

    HeldProof(Identity identity) {
        this.identity = identity;
    }

    /** What a look at the clock says. */
    enum Standing {
        VALID,
        /** For the first time since the proof is this one: the client is to be told. */
        EXPIRING,
        EXPIRED
    }

    Identity identity() {
        return identity;
    }

    void renew(Identity fresh) {
        if (!fresh.expiresAt().equals(identity.expiresAt())) {
            expiringSaid = false;
        }
        identity = fresh;
    }

    Standing at(Instant now) {
        Duration left = Duration.between(now, identity.expiresAt());
        if (!left.isPositive()) {
            return Standing.EXPIRED;
        }
        if (!expiringSaid && left.compareTo(Registry.EXPIRY_NOTICE) <= 0) {
            expiringSaid = true;
            return Standing.EXPIRING;
        }
        return Standing.VALID;
    }
}
