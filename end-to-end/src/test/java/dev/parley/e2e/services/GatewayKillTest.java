package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.system.ServicesRun;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** G1, G3, G4: the gateway that holds the socket is killed; the client goes on at another one. */
class GatewayKillTest {

    @Test
    void a_killed_gateway_is_noticed_and_the_answer_goes_on_elsewhere() {
        try (ServicesRun run = ServicesRun.of().gateways(2).start("gateway-kill")) {
            String token = run.tokens().of("kim", "user");
            ChatSocket first = ChatSocket.connect(run.gateway(0).address(), token);
            String session = first.welcome().get("session_id").stringValue();
            String message = first.say("Tell me about the sea.");
            JsonNode shown = first.frames().await("a token", f -> Frames.type(f).equals("token"));

            run.gateway(0).kill();

            first.frames().awaitEnd();
            JsonNode last = first.frames().all().getLast();
            try (ChatSocket back =
                    ChatSocket.resume(
                            run.gateway(1).address(),
                            token,
                            session,
                            last.get("cursor").stringValue())) {
                assertThat(back.welcome().get("resumed").booleanValue()).as("%s", shown).isTrue();
                JsonNode done = back.frames().awaitTerminal(message);
                assertThat(done.at("/result/answer").stringValue())
                        .isEqualTo(
                                Frames.shownText(
                                        Stream.of(first.frames(), back.frames())
                                                .flatMap(f -> f.all().stream())
                                                .toList(),
                                        message));
            }
            run.gateway(0).startAgain();
            try (ChatSocket again = ChatSocket.connect(run.gateway(0).address(), token)) {
                again.ask("Are you back?");
            }
        }
    }
}
