package dev.parley.bench.net;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that wait until enough of them have come; read from the front, added at the end. */
public final class Bytes {

    private byte[] array;
    private int start;
    private int end;

    public Bytes(int capacity) {
        array = new byte[capacity];
    }

    public void add(ByteBuffer bytes) {
        int count = bytes.remaining();
        room(count);
        bytes.get(array, end, count);
        end += count;
    }

    public void add(byte[] bytes, int offset, int count) {
        room(count);
        System.arraycopy(bytes, offset, array, end, count);
        end += count;
    }

    public int size() {
        return end - start;
    }

    /** The byte at {@code index} from the front. */
    public byte at(int index) {
        return array[start + index];
    }

    /** Where the content lies in {@link #array()}. */
    public int offset() {
        return start;
    }

    public byte[] array() {
        return array;
    }

    public void drop(int count) {
        start += count;
        if (start == end) {
            start = 0;
            end = 0;
        }
    }

    public byte[] take(int count) {
        byte[] taken = Arrays.copyOfRange(array, start, start + count);
        drop(count);
        return taken;
    }

    /** Index from the front of the first {@code wanted} at or after {@code from}, or -1. */
    public int indexOf(byte[] wanted, int from) {
        int last = size() - wanted.length;
        for (int i = Math.max(0, from); i <= last; i++) {
            if (Arrays.equals(
                    array, start + i, start + i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        return -1;
    }

    private void room(int count) {
        if (end + count <= array.length) {
            return;
        }
        int size = size();
        byte[] target = size + count <= array.length ? array : new byte[grown(size + count)];
        System.arraycopy(array, start, target, 0, size);
        array = target;
        start = 0;
        end = size;
    }

    private int grown(int needed) {
        return Math.max(needed, array.length * 2);
    }
}
