package dev.parley.cli;

import dev.parley.schemas.frame.CloseCode;
import java.util.Arrays;
import java.util.Optional;

/**
 * Why a link is over.
 *
 * @param closeCode a WebSocket close code; {@link #BROKEN} when the connection just broke
 */
record LinkEnd(int closeCode) {

    /** No close frame was seen (RFC 6455, section 7.4.1). */
    static final int BROKEN = 1006;

    static LinkEnd broken() {
        return new LinkEnd(BROKEN);
    }

    static LinkEnd of(CloseCode code) {
        return new LinkEnd(code.code());
    }

    /**
     * What the contract says of this close; empty for a broken link, which is worth another try.
     */
    Optional<CloseCode> known() {
        return Arrays.stream(CloseCode.values())
                .filter(code -> code.code() == closeCode)
                .filter(code -> code != CloseCode.NORMAL && code != CloseCode.GOING_AWAY)
                .findFirst();
    }
}
