package dev.parley.e2e.browser;

import dev.parley.schemas.Json;
import java.util.HashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * What the browser's own trace says of the tasks on its pages' main threads, by the time of the
 * processor: a task that waits while somebody else has the processor takes none.
 *
 * @param longestMs of the processor's time
 * @param longestWallMs of a clock's
 * @param waitedShare of the clock's time in which a task did not have the processor
 */
record TaskTimes(int count, double longestMs, double longestWallMs, double waitedShare) {

    private static final String MAIN_THREAD = "CrRendererMain";

    private record Thread(int process, int id) {
        static Thread of(JsonNode event) {
            return new Thread(event.path("pid").asInt(), event.path("tid").asInt());
        }
    }

    static TaskTimes of(byte[] trace) {
        JsonNode events = Json.mapper().readTree(trace).path("traceEvents");
        Set<Thread> pages = new HashSet<>();
        for (JsonNode event : events) {
            if (event.path("name").asString("").equals("thread_name")
                    && event.at("/args/name").asString("").equals(MAIN_THREAD)) {
                pages.add(Thread.of(event));
            }
        }
        int count = 0;
        double longest = 0;
        double longestWall = 0;
        double sum = 0;
        double sumWall = 0;
        for (JsonNode event : events) {
            if (event.path("name").asString("").equals("ThreadControllerImpl::RunTask")
                    && event.has("tdur")
                    && pages.contains(Thread.of(event))) {
                count++;
                double ms = event.get("tdur").asDouble() / 1000;
                double wallMs = event.path("dur").asDouble() / 1000;
                longest = Math.max(longest, ms);
                longestWall = Math.max(longestWall, wallMs);
                sum += ms;
                sumWall += wallMs;
            }
        }
        return new TaskTimes(count, longest, longestWall, sumWall == 0 ? 0 : 1 - sum / sumWall);
    }
}
