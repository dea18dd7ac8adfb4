package dev.parley.e2e.services;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.e2e.client.ChatSocket;
import dev.parley.e2e.client.Frames;
import dev.parley.e2e.system.ServiceProcess;
import dev.parley.e2e.system.ServicesRun;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * G4: one gateway starts while the other is killed; whoever comes back to the young one is served,
 * as soon as it takes connections at all.
 */
class GatewayRestartTest {

    private static final int ROUNDS = Integer.getInteger("parley.rounds", 2);

    @Test
    void a_session_goes_on_at_a_gateway_that_starts_while_its_own_is_killed() {
        try (ServicesRun run = ServicesRun.of().gateways(2).start("gateway-restart")) {
            for (int round = 0; round < ROUNDS; round++) {
                ServiceProcess young = run.gateway(round % 2);
                ServiceProcess doomed = run.gateway((round + 1) % 2);
                killWhileTheOtherStarts(run, young, doomed, "round-" + round);
                doomed.startAgain();
            }
        }
    }

    private static void killWhileTheOtherStarts(
            ServicesRun run, ServiceProcess young, ServiceProcess doomed, String user) {
        String token = run.tokens().of(user, "user");
        ChatSocket first = ChatSocket.connect(doomed.address(), token);
        String session = first.welcome().get("session_id").stringValue();
        young.kill();
        young.launch();
        String message = first.say("Tell me about the sea.", Map.of("model", "demo:slow"));
        first.frames().await("a token", f -> Frames.type(f).equals("token"));
        doomed.kill();
        first.frames().awaitEnd();
        String cursor = first.frames().all().getLast().get("cursor").stringValue();
        ChatSocket back = connectAtOnce(young, token, session, cursor);
        JsonNode welcome = back.welcome();
        assertThat(welcome.get("resumed").booleanValue()).as("%s", welcome).isTrue();
        JsonNode done = back.frames().awaitTerminal(message, Duration.ofSeconds(60));
        assertThat(done.at("/result/answer").stringValue())
                .isEqualTo(
                        Frames.shownText(
                                Stream.of(first.frames(), back.frames())
                                        .flatMap(f -> f.all().stream())
                                        .toList(),
                                message));
        back.close();
    }

    private static ChatSocket connectAtOnce(
            ServiceProcess gateway, String token, String session, String cursor) {
        return Awaitility.await("the young gateway takes connections")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(20))
                .ignoreException(CompletionException.class)
                .until(
                        () -> ChatSocket.resume(gateway.address(), token, session, cursor),
                        socket -> true);
    }
}
