package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.chain.CanonicalJson;
import dev.parley.schemas.chain.ConversationChain;
import dev.parley.schemas.record.TurnRecord;
import dev.parley.schemas.vault.CipherException;
import dev.parley.schemas.vault.PersonCipher;
import dev.parley.schemas.vault.SealedText;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

class ChainAndVaultTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // Members by UTF-16 code unit, white space gone (RFC 8785 section 3.2.3).
                "{ \"b\" : 1 , \"a\" : [ true , null ] } | {\"a\":[true,null],\"b\":1}",
                "{\"\\u20ac\":1,\"\\r\":2,\"1\":3}       | {\"\\r\":2,\"1\":3,\"€\":1}",
                "{\"a\":\"\\u000f\\u0008\\\"\\/\"}       | {\"a\":\"\\u000f\\b\\\"/\"}",
                "{\"a\":1.0}                             | {\"a\":1}"
            })
    void canonical_form(String json, String canonical) {
        assertThat(new String(CanonicalJson.bytes(tree(json)), StandardCharsets.UTF_8))
                .isEqualTo(canonical);
    }

    @Test
    void numbers_on_which_readers_disagree_are_refused() {
        assertThatThrownBy(() -> CanonicalJson.bytes(tree("{\"a\":0.1}")))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> CanonicalJson.bytes(tree("{\"a\":9007199254740993}")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static java.util.stream.Stream<TurnRecord> turns() {
        return Samples.all()
                .filter(s -> s.value() instanceof TurnRecord)
                .map(s -> (TurnRecord) s.value());
    }

    @ParameterizedTest
    @MethodSource("turns")
    void the_hash_of_a_link_survives_the_way_through_json(TurnRecord turn) {
        assertThat(ConversationChain.hash(tree(Json.writeText(turn)))).isEqualTo(turn.hash());
    }

    @ParameterizedTest
    @MethodSource("turns")
    void every_field_of_a_link_is_under_the_hash(TurnRecord turn) {
        ObjectNode link = (ObjectNode) tree(Json.writeText(turn));
        for (String name : link.propertyNames()) {
            if (!name.equals("hash")) {
                ObjectNode changed = link.deepCopy();
                changed.put(name, "changed");
                assertThat(ConversationChain.hash(changed)).as(name).isNotEqualTo(turn.hash());
            }
        }
    }

    @Test
    void a_sealed_text_opens_with_its_key_and_place_alone() {
        PersonCipher cipher = new PersonCipher(new SecureRandom());
        byte[] key = cipher.newKey();
        SealedText sealed = cipher.seal(key, "k", "message-1", "Grüße 👋");
        assertThat(cipher.open(key, "message-1", sealed)).isEqualTo("Grüße 👋");
        assertThat(sealed.sealed())
                .isNotEqualTo(cipher.seal(key, "k", "message-1", "Grüße 👋").sealed());
        assertThatThrownBy(() -> cipher.open(key, "message-2", sealed))
                .isInstanceOf(CipherException.class);
        assertThatThrownBy(() -> cipher.open(cipher.newKey(), "message-1", sealed))
                .isInstanceOf(CipherException.class);
        assertThatThrownBy(() -> cipher.open(key, "message-1", new SealedText("k", "AAAA")))
                .isInstanceOf(CipherException.class);
    }

    @Test
    void a_wrapped_key_is_bound_to_its_person() {
        PersonCipher cipher = new PersonCipher(new SecureRandom());
        byte[] master = cipher.newKey();
        byte[] key = cipher.newKey();
        String wrapped = cipher.wrap(master, "user-1", "k", key);
        assertThat(cipher.unwrap(master, "user-1", "k", wrapped)).isEqualTo(key);
        assertThatThrownBy(() -> cipher.unwrap(master, "user-2", "k", wrapped))
                .isInstanceOf(CipherException.class);
    }

    private static tools.jackson.databind.JsonNode tree(String json) {
        return Json.tree(json.getBytes(StandardCharsets.UTF_8));
    }
}
