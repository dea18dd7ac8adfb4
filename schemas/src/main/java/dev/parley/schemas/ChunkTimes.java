package dev.parley.schemas;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * When each piece of an answer left for its reader, in few characters: base64url of pairs of
 * unsigned LEB128 numbers, milliseconds since the piece before (the first: since the model was
 * called) and characters (UTF-16 units) of the piece. Two or three bytes a piece.
 */
public final class ChunkTimes {

    /** Name of the detail of the checkpoint {@code llm_complete} that carries them. */
    public static final String DETAIL = "chunks";

    /** Pieces that are kept apart at most; past it, neighbours are taken together by twos. */
    public static final int PIECES_MAX = 1_024;

    private static final int BITS = 7;
    private static final int MORE = 0x80;

    private ChunkTimes() {}

    /** A piece: its time after the call of the model, and its length. */
    public record Piece(long atMs, int chars) {}

    /** Pieces in their order; their times do not fall. */
    public static String encoded(List<Piece> pieces) {
        List<Piece> kept = pieces;
        while (kept.size() > PIECES_MAX) {
            kept = byTwos(kept);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(kept.size() * 3);
        long last = 0;
        for (Piece piece : kept) {
            write(out, Math.max(0, piece.atMs() - last));
            write(out, piece.chars());
            last = Math.max(last, piece.atMs());
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(out.toByteArray());
    }

    /**
     * The pieces of {@link #encoded}; throws {@link IllegalArgumentException} for anything else.
     */
    public static List<Piece> decoded(String text) {
        byte[] bytes = Base64.getUrlDecoder().decode(text);
        List<Piece> pieces = new ArrayList<>();
        long at = 0;
        long[] next = {0};
        while (next[0] < bytes.length) {
            at = Math.addExact(at, read(bytes, next));
            pieces.add(new Piece(at, Math.toIntExact(read(bytes, next))));
        }
        return pieces;
    }

    private static List<Piece> byTwos(List<Piece> pieces) {
        List<Piece> merged = new ArrayList<>(pieces.size() / 2 + 1);
        for (int i = 0; i < pieces.size(); i += 2) {
            Piece first = pieces.get(i);
            merged.add(
                    i + 1 == pieces.size()
                            ? first
                            : new Piece(first.atMs(), first.chars() + pieces.get(i + 1).chars()));
        }
        return merged;
    }

    private static void write(ByteArrayOutputStream out, long value) {
        long rest = value;
        while (rest >= MORE) {
            out.write((int) (rest & (MORE - 1)) | MORE);
            rest >>>= BITS;
        }
        out.write((int) rest);
    }

    private static long read(byte[] bytes, long[] next) {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += BITS) {
            if (next[0] >= bytes.length) {
                break;
            }
            int part = bytes[(int) next[0]++] & 0xff;
            value |= (long) (part & (MORE - 1)) << shift;
            if (part < MORE) {
                return value;
            }
        }
        throw new IllegalArgumentException("cut or too long a number");
    }
}
