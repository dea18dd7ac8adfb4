package dev.parley.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Two instances with names (static membership) that share the users: each tells of every user, by
 * asking the other one; and a restart within the session timeout moves nobody.
 */
class TwoInstancesTest {

    private static final int USERS = 12;
    private static final String GROUP = "parley-orchestrator";
    private static final List<String> ALL =
            IntStream.range(0, USERS).mapToObj(u -> "user-" + u).toList();

    @TempDir Path folder;
    private TestBroker broker;
    private Traffic traffic;
    private Service one;
    private Service two;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(folder.resolve("broker"));
        try (Log log = new Log(broker.bootstrapServers())) {
            Traffic.topics(log);
        }
        one = named("one", 0).awaitReady();
        two = named("two", 0).awaitReady();
        traffic = new Traffic(broker);
        traffic.answers(false);
        awaitSharedUsers();
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : new AutoCloseable[] {traffic, one, two, broker}) {
            if (each != null) {
                each.close();
            }
        }
    }

    private Service named(String name, int port) {
        return Service.start(
                broker,
                folder.resolve(name),
                port,
                "--parley.orchestrator.streams.instance-id=" + name,
                "--parley.orchestrator.streams.session-timeout=60s");
    }

    @Test
    void whicheverIsAskedTheOneThatHasTheUserAnswers() throws Exception {
        List<String> messages = everyUserAsks();
        Set<String> instances = new TreeSet<>();
        for (int u = 0; u < USERS; u++) {
            JsonNode here = awaitHold(one, ALL.get(u), messages.get(u));
            JsonNode there = awaitHold(two, ALL.get(u), messages.get(u));
            assertThat(there.path("instance")).isEqualTo(here.path("instance"));
            assertThat(there.path("holds")).isEqualTo(here.path("holds"));
            assertThat(there.at("/totals/admitted").asInt()).isEqualTo(1);
            instances.add(here.path("instance").asString());
        }
        assertThat(instances)
                .containsExactlyInAnyOrder("localhost:" + one.port, "localhost:" + two.port);

        String ofTheOther = userOf(two);
        String path = "/api/admin/users/" + ofTheOther + "/live";
        assertThat(one.get(path, "eve", "user").statusCode()).isEqualTo(403);
        HttpResponse<String> passedOnTwice =
                one.get(path, "root", "admin", "X-Parley-Forwarded", "1");
        assertThat(passedOnTwice.statusCode()).as("no empty account").isEqualTo(503);
        assertThat(two.get(path, "root", "admin", "X-Parley-Forwarded", "1").statusCode())
                .isEqualTo(200);
        HttpResponse<String> me = one.get("/api/me", ofTheOther, "user");
        assertThat(me.body()).contains("\"running_answers\":1");
    }

    @Test
    void aRestartWithinTheSessionMovesNobody() throws Exception {
        List<String> messages = everyUserAsks();
        for (int u = 0; u < USERS; u++) {
            awaitHold(one, ALL.get(u), messages.get(u));
        }
        String ofTwo = userOf(two);
        String ofOne = userOf(one);
        double rebalances = one.rebalances();
        Map<String, Set<TopicPartition>> before = assignments();
        assertThat(before).hasSize(2).allSatisfy((name, its) -> assertThat(its).isNotEmpty());

        int port = two.port;
        two.close();
        assertThat(assignments()).as("its users are kept for it").isEqualTo(before);
        String meanwhile = traffic.ask(ofTwo, 10);
        String served = traffic.ask(ofOne, 10);
        Awaitility.await("the other's users are served meanwhile")
                .atMost(Service.WITHIN)
                .until(() -> traffic.jobAt.containsKey(served));
        assertThat(traffic.jobAt).doesNotContainKey(meanwhile);
        two = named("two", port).awaitReady();

        Awaitility.await("what came for it meanwhile is decided")
                .atMost(Service.WITHIN)
                .until(() -> traffic.jobAt.containsKey(meanwhile));
        JsonNode live = two.live(ofTwo);
        assertThat(live.path("instance").asString()).isEqualTo("localhost:" + port);
        assertThat(live.at("/totals/admitted").asInt()).isEqualTo(2);
        assertThat(live.path("running").size()).as("what ran is not forgotten").isEqualTo(2);
        assertThat(assignments()).isEqualTo(before);
        assertThat(one.rebalances()).as("rebalances of the one that stayed").isEqualTo(rebalances);
    }

    private List<String> everyUserAsks() {
        List<String> messages = new ArrayList<>();
        ALL.forEach(user -> messages.add(traffic.ask(user, 100)));
        return messages;
    }

    private static JsonNode awaitHold(Service asked, String user, String message) {
        return Awaitility.await("the hold of " + user)
                .atMost(Service.WITHIN)
                .ignoreExceptions()
                .until(
                        () -> asked.live(user),
                        live -> live.at("/running/0/message_id").asString("").equals(message));
    }

    private String userOf(Service service) throws Exception {
        for (String user : ALL) {
            if (one.live(user).path("instance").asString().equals("localhost:" + service.port)) {
                return user;
            }
        }
        throw new AssertionError("nobody is at " + service.port);
    }

    /** Until both have users, and the group has come to rest. */
    private void awaitSharedUsers() {
        Awaitility.await("users at both instances")
                .atMost(Service.WITHIN)
                .ignoreExceptions()
                .until(() ->
                        ALL.stream()
                                .map(this::instanceOf)
                                .collect(Collectors.toSet())
                                .equals(Set.of("localhost:" + one.port, "localhost:" + two.port)));
        double[] last = {-1, -1};
        Awaitility.await("no rebalance any more")
                .atMost(Service.WITHIN)
                .during(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(250))
                .until(() -> {
                    double[] now = {one.rebalances(), two.rebalances()};
                    boolean rests = now[0] == last[0] && now[1] == last[1];
                    last[0] = now[0];
                    last[1] = now[1];
                    return rests;
                });
    }

    private String instanceOf(String user) {
        try {
            return one.live(user).path("instance").asString();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** By name, as the broker tells it. */
    private Map<String, Set<TopicPartition>> assignments() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Map<String, Set<TopicPartition>> all = new TreeMap<>();
            for (MemberDescription member :
                    admin.describeConsumerGroups(List.of(GROUP))
                            .all()
                            .get(20, TimeUnit.SECONDS)
                            .get(GROUP)
                            .members()) {
                all.put(
                        member.groupInstanceId().orElse("without a name"),
                        member.assignment().topicPartitions());
            }
            return all;
        }
    }
}
