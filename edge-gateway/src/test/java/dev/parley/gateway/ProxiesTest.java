package dev.parley.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whose connections are counted where a proxy stands before the gateway: this test is the proxy.
 */
class ProxiesTest {

    private static final byte[] PING = "{\"type\":\"ping\"}".getBytes(StandardCharsets.UTF_8);

    private static TestGateway trusting;
    private static TestGateway wary;
    private static FakePipeline pipeline;

    @BeforeAll
    static void start() {
        trusting =
                TestGateway.start(
                        "parley.connections.per-address-max=2",
                        "parley.trusted-proxies=127.0.0.0/8,10.0.0.0/8");
        wary = TestGateway.start("parley.connections.per-address-max=2");
        pipeline = new FakePipeline(TestGateway.clients("proxies"));
        TestGateway.publishRoles(pipeline);
        Eventually.signedIn(trusting.port);
        Eventually.signedIn(wary.port);
    }

    @AfterAll
    static void stop() throws Exception {
        pipeline.close();
        trusting.close();
        wary.close();
    }

    @Test
    void aTrustedProxysClientsAreCountedEachForItself() throws Exception {
        try (RawSocket one = open(trusting, "198.51.100.1");
                RawSocket two = open(trusting, "198.51.100.1");
                RawSocket forged = open(trusting, "203.0.113.77, 198.51.100.1, 10.0.0.9");
                RawSocket other = open(trusting, "198.51.100.2")) {
            assertOneIsTooMany(one, two, forged);
            other.frame(0x81, PING);
            assertThat(other.text()).contains("\"pong\"");
        }
    }

    @Test
    void aStrangersWordIsNotTaken() throws Exception {
        try (RawSocket one = open(wary, "198.51.100.1");
                RawSocket two = open(wary, "198.51.100.2");
                RawSocket three = open(wary, "198.51.100.3")) {
            assertOneIsTooMany(one, two, three);
        }
    }

    /** Which of them nobody knows, since they come at once. */
    private static void assertOneIsTooMany(RawSocket... sockets) throws IOException {
        List<String> answers = new ArrayList<>();
        for (RawSocket socket : sockets) {
            socket.frame(0x81, PING);
            try {
                answers.add(socket.text());
            } catch (IOException e) {
                answers.add(String.valueOf(e.getMessage()));
            }
        }
        assertThat(answers).filteredOn("closed 4429"::equals).hasSize(1);
        assertThat(answers).filteredOn(a -> a.contains("\"pong\"")).hasSize(sockets.length - 1);
    }

    private static RawSocket open(TestGateway gateway, String forwardedFor) throws Exception {
        RawSocket socket = new RawSocket(gateway.port);
        String token = TestGateway.token("user-" + System.nanoTime());
        assertThat(
                        socket.status(
                                "GET",
                                "/ws/chat",
                                "Authorization: Bearer " + token,
                                "X-Forwarded-For: " + forwardedFor))
                .isEqualTo(101);
        return socket;
    }
}
