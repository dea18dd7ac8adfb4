package dev.parley.gateway;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Bounded waits. */
final class Eventually {

    private Eventually() {}

    /** The gateway has read the policy: a ticket is given. */
    static void signedIn(int port) {
        HttpClient http = HttpClient.newHttpClient();
        await("the gateway knows the policy")
                .atMost(Duration.ofSeconds(10))
                .ignoreExceptions()
                .until(() ->
                        http.send(
                                                HttpRequest.newBuilder(
                                                                URI.create(
                                                                        "http://127.0.0.1:"
                                                                                + port
                                                                                + "/api/tickets"))
                                                        .header(
                                                                "Authorization",
                                                                "Bearer "
                                                                        + TestGateway.token(
                                                                                "probe"))
                                                        .POST(HttpRequest.BodyPublishers.noBody())
                                                        .build(),
                                                HttpResponse.BodyHandlers.ofString())
                                        .statusCode()
                                == 201);
    }
}
