package dev.parley.schemas.chain;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MerkleTreeTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 8, 9, 31, 32, 33, 100})
    void provesEachLeafAndNoOther(int size) {
        List<byte[]> leaves = leaves(size);
        String root = MerkleTree.root(leaves);
        for (int i = 0; i < size; i++) {
            List<String> path = MerkleTree.path(leaves, i);
            assertThat(MerkleTree.includes(root, leaves.get(i), i, size, path)).isTrue();
            byte[] other = ("other " + i).getBytes(StandardCharsets.UTF_8);
            assertThat(MerkleTree.includes(root, other, i, size, path)).isFalse();
            if (size > 1) {
                assertThat(MerkleTree.includes(root, leaves.get(i), (i + 1) % size, size, path))
                        .isFalse();
                assertThat(
                                MerkleTree.includes(
                                        root,
                                        leaves.get(i),
                                        i,
                                        size,
                                        path.subList(0, path.size() - 1)))
                        .isFalse();
            }
        }
        assertThat(MerkleTree.root(leaves(size + 1))).isNotEqualTo(root);
    }

    private static List<byte[]> leaves(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> ("leaf " + i).getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
