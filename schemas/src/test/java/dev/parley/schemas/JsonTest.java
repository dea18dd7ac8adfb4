package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.record.Job;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "42",
                "{",
                "{\"max_tokens\":1e9999999999}",
                "{\"messages\":\"x\"}",
                "{\"job_id\":\"a\",\"job_id\":\"b\"}",
                "{} trailing",
                "{}",
                "{\"job_id\":\"only\"}"
            })
    void poison_is_one_kind_of_exception(String json) {
        assertThatThrownBy(() -> Json.read(json.getBytes(StandardCharsets.UTF_8), Job.class))
                .isInstanceOf(UnreadableRecordException.class);
    }

    @Test
    void message_id_is_a_function_of_user_and_key() {
        String id = MessageIds.of("user-1", "c-1");
        assertThat(id).isEqualTo(MessageIds.of("user-1", "c-1")).hasSize(36);
        assertThat(id.charAt(14)).isEqualTo('8');
        assertThat(MessageIds.of("user-1c", "-1")).isNotEqualTo(id);
        assertThat(MessageIds.of("user-2", "c-1")).isNotEqualTo(id);
    }

    @Test
    void lanes_are_numbered_with_five_digits() {
        assertThat(Topic.lane(0)).isEqualTo("parley.lane.00000");
        assertThat(Topic.lane(99_999)).isEqualTo("parley.lane.99999");
        assertThatThrownBy(() -> Topic.lane(100_000)).isInstanceOf(IllegalArgumentException.class);
    }
}
