package dev.parley.gateway.chat;

import org.springframework.stereotype.Component;

/** Makes the inlet of a session. */
@Component
public final class Inlets {

    private final Parts parts;

    Inlets(Parts parts) {
        this.parts = parts;
    }

    public Inlet of(ChatSession session) {
        return new Inlet(parts, session, session.transport().entrance());
    }

    /** Longest frame or body that is taken, in bytes. */
    public int frameBytesMax() {
        return parts.limits().connection().frameBytesMax();
    }
}
