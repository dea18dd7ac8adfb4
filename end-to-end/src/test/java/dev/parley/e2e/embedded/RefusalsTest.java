package dev.parley.e2e.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.client.Rest;
import dev.parley.e2e.system.OneCommandRun;
import dev.parley.e2e.system.SharedRun;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Whatever is wrong has its code, and the socket stays. */
@ExtendWith(SharedRun.class)
class RefusalsTest {

    private final OneCommandRun run;

    RefusalsTest(OneCommandRun run) {
        this.run = run;
    }

    @ParameterizedTest(name = "role {0}: message {1} -> {3}")
    @CsvSource({
        "three-a-minute, 4, hello,                  rate_limited,      requests_per_minute",
        "none-a-day,     1, hello,                  rate_limited,      requests_per_day",
        "short-messages, 1, longer than ten,        message_too_long,  message_chars",
        "no-such-role,   1, hello,                  ,                  ",
    })
    void limits_refuse_with_their_name(
            String role, int nth, String text, String code, String limit) {
        String token = run.tokens().of("limits-" + UUID.randomUUID(), role);
        if (code == null) {
            assertThat(ChatSocket.refusedStatus(run.gateway(), token, "")).isEqualTo(403);
            return;
        }
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            for (int i = 1; i < nth; i++) {
                chat.ask(text);
            }
            String message = chat.say(text);
            JsonNode refusal = chat.frames().awaitTerminal(message);
            assertThat(Frames.type(refusal)).isEqualTo("error");
            assertThat(refusal.get("code").stringValue()).isEqualTo(code);
            assertThat(refusal.at("/limit/name").stringValue()).isEqualTo(limit);
            assertThat(refusal.at("/limit/max").isNumber()).isTrue();
        }
    }

    /** The last answers are shortened to what is left; nothing goes over. */
    @Test
    void a_days_tokens_run_out_and_are_never_exceeded() {
        String token = run.tokens().of("limits-" + UUID.randomUUID(), "few-tokens");
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            long used = 0;
            for (int i = 0; i < 20; i++) {
                JsonNode terminal = chat.frames().awaitTerminal(chat.say("hello"));
                if (Frames.type(terminal).equals("error")) {
                    assertThat(terminal.get("code").stringValue()).isEqualTo("budget_exhausted");
                    assertThat(terminal.at("/limit/name").stringValue())
                            .isEqualTo("tokens_per_day");
                    assertThat(terminal.at("/limit/resets_at").isString()).isTrue();
                    assertThat(used).isBetween(50L, 100L);
                    return;
                }
                used +=
                        terminal.at("/result/tokens_input").longValue()
                                + terminal.at("/result/tokens_output").longValue();
            }
            throw new AssertionError("20 messages, and the day's 100 tokens were not used up");
        }
    }

    @Test
    void one_answer_at_once_is_one_answer_at_once() {
        String token = run.tokens().of("once-" + UUID.randomUUID(), "one-at-once");
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            String slow = chat.say("Slowly", Map.of("model", "demo:slow"));
            String refused = chat.say("Meanwhile");
            assertThat(chat.frames().awaitTerminal(refused).get("code").stringValue())
                    .isEqualTo("concurrency_limit");
            chat.send(Map.of("type", "stop", "message_id", slow));
            chat.frames().assertAnswered(slow);
            chat.ask("Now?");
        }
    }

    @Test
    void a_model_that_the_role_lacks_is_refused() {
        String token = run.tokens().of("model-" + UUID.randomUUID(), "one-model");
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            String message = chat.say("Hello", Map.of("model", "demo:slow"));
            assertThat(chat.frames().awaitTerminal(message).get("code").stringValue())
                    .isEqualTo("model_not_allowed");
            chat.frames().assertAnswered(chat.say("Hello", Map.of("model", "demo")));
        }
    }

    @ParameterizedTest(name = "{0} -> {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no json                                       | bad_frame",
                "[1]                                           | bad_frame",
                "{\"type\":\"nonsense\"}                       | unknown_type",
                "{\"type\":\"message\",\"text\":\"  \"}        | empty_message",
                "{\"type\":\"message\",\"text\":\"a\",\"text\":\"b\"} | bad_frame",
                "{\"type\":\"stop\",\"message_id\":\"00000000-0000-8000-8000-000000000000\"} | not_found",
                "{\"type\":\"auth\",\"token\":\"a.b.c\"}       | unauthenticated",
            })
    void a_bad_frame_gets_its_code_and_the_socket_stays(String frame, String code) {
        try (ChatSocket chat =
                ChatSocket.connect(
                        run.gateway(), run.tokens().of("bad-" + UUID.randomUUID(), "user"))) {
            chat.welcome();
            chat.sendText(frame);
            assertThat(chat.frames().await("error").get("code").stringValue()).isEqualTo(code);
            chat.send(Map.of("type", "ping"));
            chat.frames().await("pong");
        }
    }

    @Test
    void ten_bad_frames_in_a_minute_close_the_socket() {
        try (ChatSocket chat =
                ChatSocket.connect(
                        run.gateway(), run.tokens().of("bad-" + UUID.randomUUID(), "user"))) {
            chat.welcome();
            for (int i = 0; i < 10; i++) {
                chat.sendText("{");
            }
            assertThat(chat.frames().awaitEnd()).isEqualTo("1008");
        }
    }

    @Test
    void a_frame_over_64_kib_closes_the_socket() {
        try (ChatSocket chat =
                ChatSocket.connect(
                        run.gateway(), run.tokens().of("big-" + UUID.randomUUID(), "user"))) {
            chat.welcome();
            chat.sendText("{\"type\":\"message\",\"text\":\"" + "x".repeat(70_000) + "\"}");
            assertThat(chat.frames().awaitEnd()).isEqualTo("1009");
        }
    }

    @Test
    void a_token_that_expires_closes_the_socket() {
        String token = run.tokens().of("short-" + UUID.randomUUID(), "user", Duration.ofSeconds(3));
        try (ChatSocket chat = ChatSocket.connect(run.gateway(), token)) {
            chat.welcome();
            chat.frames().await("auth_expiring");
            assertThat(chat.frames().awaitEnd()).isEqualTo("4401");
        }
    }

    @Test
    void who_cannot_prove_who_they_are_is_refused_before_the_upgrade() {
        for (String token :
                List.of("", "a.b.c", run.tokens().of("x", "user", Duration.ofSeconds(-60)))) {
            assertThat(ChatSocket.refusedStatus(run.gateway(), token, "")).isEqualTo(401);
            assertThat(new Rest(run.gateway(), token).get("/api/conversations").status())
                    .isEqualTo(401);
        }
    }

    @Test
    void the_demo_accounts_sign_in_with_their_password_alone() {
        Rest nobody = new Rest(run.gateway(), "");
        Rest.Answer login =
                nobody.post("/api/login", Map.of("username", "user1", "password", "demo-password"));
        assertThat(login.status()).isEqualTo(200);
        String token = login.json().get("token").stringValue();
        Rest.Answer me = new Rest(run.gateway(), token).get("/api/me");
        assertThat(me.status()).isEqualTo(200);
        assertThat(me.body()).contains("user1");
        assertThat(
                        nobody.post("/api/login", Map.of("username", "user1", "password", "wrong"))
                                .status())
                .isEqualTo(401);
        assertThat(
                        nobody.post(
                                        "/api/login",
                                        Map.of("username", "nobody", "password", "demo-password"))
                                .status())
                .isEqualTo(401);
    }

    @Test
    void a_ticket_serves_once() {
        String token = run.tokens().of("ticket-" + UUID.randomUUID(), "user");
        Rest.Answer ticket = new Rest(run.gateway(), token).post("/api/tickets", Map.of());
        assertThat(ticket.status()).isEqualTo(201);
        String query = "ticket=" + ticket.json().get("ticket").stringValue();
        assertThat(ChatSocket.refusedStatus(run.gateway(), "", "ticket=made-up")).isEqualTo(401);
        try (ChatSocket chat = ChatSocket.connectWith(run.gateway(), query)) {
            chat.ask("By ticket");
        }
        assertThat(ChatSocket.refusedStatus(run.gateway(), "", query)).isEqualTo(401);
    }
}
