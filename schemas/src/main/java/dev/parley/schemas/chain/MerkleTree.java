package dev.parley.schemas.chain;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The Merkle tree of RFC 9162, section 2.1: SHA-256, leaves and inner nodes told apart by a first
 * byte, no padding. Proves that a leaf is one of many without showing the others.
 */
public final class MerkleTree {

    private static final byte LEAF = 0;
    private static final byte NODE = 1;

    private MerkleTree() {}

    /** The root over these leaves, which are not none; lower-case hex. */
    public static String root(List<byte[]> leaves) {
        return HexFormat.of().formatHex(node(hashed(leaves)));
    }

    /** The hashes beside the way from leaf {@code index} to the root, from the bottom up. */
    public static List<String> path(List<byte[]> leaves, int index) {
        List<String> path = new ArrayList<>();
        collect(hashed(leaves), index, path);
        return path;
    }

    /** Whether {@code leaf} is number {@code index} of {@code size} leaves under {@code root}. */
    public static boolean includes(
            String root, byte[] leaf, int index, int size, List<String> path) {
        if (index < 0 || index >= size) {
            return false;
        }
        byte[] hash = hash(LEAF, leaf, new byte[0]);
        long position = index;
        long last = size - 1L;
        for (String side : path) {
            if (last == 0) {
                return false;
            }
            byte[] other = HexFormat.of().parseHex(side);
            if ((position & 1) == 1 || position == last) {
                hash = hash(NODE, other, hash);
                while ((position & 1) == 0 && position != 0) {
                    position >>= 1;
                    last >>= 1;
                }
            } else {
                hash = hash(NODE, hash, other);
            }
            position >>= 1;
            last >>= 1;
        }
        return last == 0 && HexFormat.of().formatHex(hash).equals(root);
    }

    private static List<byte[]> hashed(List<byte[]> leaves) {
        return leaves.stream().map(leaf -> hash(LEAF, leaf, new byte[0])).toList();
    }

    private static byte[] node(List<byte[]> hashes) {
        if (hashes.size() == 1) {
            return hashes.getFirst();
        }
        int split = split(hashes.size());
        return hash(
                NODE, node(hashes.subList(0, split)), node(hashes.subList(split, hashes.size())));
    }

    private static void collect(List<byte[]> hashes, int index, List<String> path) {
        if (hashes.size() == 1) {
            return;
        }
        int split = split(hashes.size());
        List<byte[]> left = hashes.subList(0, split);
        List<byte[]> right = hashes.subList(split, hashes.size());
        if (index < split) {
            collect(left, index, path);
            path.add(HexFormat.of().formatHex(node(right)));
        } else {
            collect(right, index - split, path);
            path.add(HexFormat.of().formatHex(node(left)));
        }
    }

    /** The largest power of two below {@code size}. */
    private static int split(int size) {
        return Integer.highestOneBit(size - 1);
    }

    private static byte[] hash(byte kind, byte[] left, byte[] right) {
        MessageDigest sha256 = Sha256.digest();
        sha256.update(kind);
        sha256.update(left);
        return sha256.digest(right);
    }
}
