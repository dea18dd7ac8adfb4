package dev.parley.schemas.chain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.Json;
import dev.parley.schemas.UnreadableRecordException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/** The quick way says what the slow one says, or nothing. */
class LinkHasherTest {

    private static final int LINKS = 20_000;
    private static final String[] SCRAPS = {
        "{", "}", "[", "]", ",", ":", "\"", "\\", "0", "-", ".", "e", " ", "\u0001", "é", "t",
        "null"
    };

    private final LinkHasher hasher = new LinkHasher();
    private final LinkReader reader = new LinkReader();

    @Test
    void agreesOnLinksOfEveryShapeAndOnWhatIsMadeOfThemByTouching() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int plain = 0;
        for (int i = 0; i < LINKS; i++) {
            ObjectNode link = link(random);
            link.put("hash", ConversationChain.hash(link));
            byte[] json = Json.write(link);
            plain += check(seed, json);
            check(seed, touched(random, json));
        }
        assertThat(plain).as("seed %d", seed).isGreaterThan(LINKS / 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":2}", "{\"a\":01}", "{\"a\":-0}", "{\"a\":1.}", "{\"a\":1,}",
                "{\"a\":[1,]}", "{\"a\":tru}", "{\"a\" :1}", "{\"a\":1e3}", "{\"a\":\"\\u0041\"}"
            })
    void leavesWhatIsNotPlainToTheSlowWay(String members) {
        String json =
                members.replaceFirst(
                        "\\{",
                        "{\"conversation_id\":\"c\",\"ordinal\":0,\"prev_hash\":\"%s\",\"hash\":\"%s\","
                                .formatted("0".repeat(64), "0".repeat(64)));
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);

        assertThat(hasher.read(bytes, 0, bytes.length)).isNegative();
    }

    /** 1 when the link was plain. */
    private int check(long seed, byte[] json) {
        int end = hasher.read(json, 0, json.length);
        if (end != json.length) {
            return 0;
        }
        LinkFacts slow;
        try {
            slow = LinkFacts.of(Json.tree(json));
        } catch (UnreadableRecordException e) {
            throw new AssertionError("seed " + seed + ": taken, though it is no JSON", e);
        }
        assertThat(hasher.isSelfConsistent())
                .as("seed %d: %s", seed, new String(json, StandardCharsets.UTF_8))
                .isEqualTo(slow.selfConsistent());
        assertThat(hasher.ordinal()).isEqualTo(slow.ordinal());
        assertThat(reader.read(json)).as("seed %d", seed).isEqualTo(slow);
        return 1;
    }

    private static byte[] touched(Random random, byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        int at = random.nextInt(text.length());
        String scrap = SCRAPS[random.nextInt(SCRAPS.length)];
        return (text.substring(0, at) + scrap + text.substring(at + random.nextInt(2)))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode link(Random random) {
        ObjectNode link = Json.mapper().createObjectNode();
        link.put("conversation_id", "c-" + random.nextInt(10));
        link.put("ordinal", random.nextInt(1_000));
        object(random, link.putObject("body"), 0);
        link.put("prev_hash", ConversationChain.GENESIS);
        return link;
    }

    private static void object(Random random, ObjectNode node, int depth) {
        int members = random.nextInt(8);
        for (int i = 0; i < members; i++) {
            String name = "m" + random.nextInt(40);
            switch (random.nextInt(depth > 3 ? 6 : 8)) {
                case 0 -> node.put(name, random.nextInt());
                case 1 ->
                        node.put(name, new java.math.BigDecimal(random.nextInt(9_000) + ".0" + i));
                case 2 -> node.put(name, random.nextBoolean());
                case 3 -> node.putNull(name);
                case 4 -> node.put(name, "A text of a usual length, " + random.nextLong());
                case 5 -> node.put(name, random.nextInt(10) == 0 ? "Ein \"Wort\" für é\n" : "x");
                case 6 -> object(random, node.putObject(name), depth + 1);
                default -> node.putArray(name).add(1).add("two").add(3.25).addNull();
            }
        }
    }
}
