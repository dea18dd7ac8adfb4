package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.MessageIds;
import dev.parley.schemas.record.RequestEvent;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** A gateway stops in the middle of an answer, and another goes on. */
class DrainTest {

    @Test
    void clientsAreToldAndGoOnElsewhere() throws Exception {
        String token = TestGateway.token("dan");
        TestGateway leaving = TestGateway.start("parley.connections.drain-spread=100ms");
        try (TestGateway staying = TestGateway.start();
                FakePipeline pipeline = new FakePipeline(TestGateway.clients("drain"))) {
            TestGateway.publishRoles(pipeline);
            Eventually.signedIn(leaving.port);
            Eventually.signedIn(staying.port);
            ChatClient client = ChatClient.connect(leaving.port, token, "");
            String session = client.next("welcome").path("session_id").asString();
            client.message("hold", "d1");
            client.next("accepted");
            pipeline.next(RequestEvent.MessageSubmitted.class, "dan");
            String id = MessageIds.of("dan", "d1");
            pipeline.token(id, 1, 0, "before ");
            JsonNode before = client.next("token");

            leaving.close();

            assertThat(client.next("closing").path("reason").asString()).isEqualTo("drain");
            assertThat(client.closeCode()).isEqualTo(1012);
            pipeline.token(id, 1, 1, "between ");
            try (ChatClient back =
                    ChatClient.connect(
                            staying.port,
                            token,
                            "?session="
                                    + session
                                    + "&cursor="
                                    + before.path("cursor").asString())) {
                assertThat(back.next("welcome").path("resumed").booleanValue()).isTrue();
                pipeline.token(id, 1, 2, "after");
                pipeline.done(id, 1, "before between after");
                List<JsonNode> rest = back.untilType("done");
                assertThat(rest.stream().map(f -> f.path("text").asString("")))
                        .containsExactly("between ", "after", "");
            }
        } finally {
            leaving.close();
        }
    }
}
