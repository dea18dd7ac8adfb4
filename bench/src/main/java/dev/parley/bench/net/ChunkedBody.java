package dev.parley.bench.net;

import java.nio.charset.StandardCharsets;

/** Undoes the chunked transfer coding (RFC 9112, 7.1) as the bytes come; trailers are dropped. */
public final class ChunkedBody {

    private static final byte[] LINE_END = {'\r', '\n'};

    private enum State {
        SIZE,
        DATA,
        DATA_END,
        TRAILER,
        ENDED
    }

    private State state = State.SIZE;
    private int left;

    /** Moves the body's bytes that are there from {@code in} to {@code out}. */
    public void decode(Bytes in, Bytes out) {
        while (step(in, out)) {
            // Each step leaves less in the input or ends the body.
        }
    }

    public boolean isEnded() {
        return state == State.ENDED;
    }

    /** False when nothing more can be done with what is there. */
    private boolean step(Bytes in, Bytes out) {
        return switch (state) {
            case SIZE -> size(in);
            case DATA -> data(in, out);
            case DATA_END -> dataEnd(in);
            case TRAILER -> trailer(in);
            case ENDED -> false;
        };
    }

    private boolean size(Bytes in) {
        int end = in.indexOf(LINE_END, 0);
        if (end < 0) {
            return false;
        }
        String line = new String(in.take(end), StandardCharsets.US_ASCII);
        in.drop(LINE_END.length);
        int extension = line.indexOf(';');
        left = Integer.parseInt((extension < 0 ? line : line.substring(0, extension)).strip(), 16);
        state = left == 0 ? State.TRAILER : State.DATA;
        return true;
    }

    private boolean data(Bytes in, Bytes out) {
        int count = Math.min(left, in.size());
        if (count == 0) {
            return false;
        }
        out.add(in.array(), in.offset(), count);
        in.drop(count);
        left -= count;
        if (left == 0) {
            state = State.DATA_END;
        }
        return true;
    }

    private boolean dataEnd(Bytes in) {
        if (in.size() < LINE_END.length) {
            return false;
        }
        in.drop(LINE_END.length);
        state = State.SIZE;
        return true;
    }

    private boolean trailer(Bytes in) {
        int end = in.indexOf(LINE_END, 0);
        if (end < 0) {
            return false;
        }
        in.drop(end + LINE_END.length);
        if (end == 0) {
            state = State.ENDED;
        }
        return true;
    }
}
