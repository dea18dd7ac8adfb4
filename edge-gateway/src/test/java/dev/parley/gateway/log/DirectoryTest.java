package dev.parley.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.gateway.log.SessionLogEntry.BlockClaim;
import dev.parley.gateway.log.SessionLogEntry.LaneLease;
import dev.parley.gateway.log.SessionLogEntry.SessionState;
import dev.parley.gateway.log.SessionLogEntry.Step;
import dev.parley.gateway.log.SessionLogEntry.TicketUsed;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectoryTest {

    private final List<String> told = new ArrayList<>();
    private final Directory directory =
            new Directory(
                    new Directory.Observer() {
                        @Override
                        public void sessionMoved(SessionState before, SessionState now) {
                            told.add(before.connection() + ">" + now.connection());
                        }

                        @Override
                        public void sessionContradicted(SessionState standing) {
                            told.add("stands " + standing.connection());
                        }

                        @Override
                        public void laneFreed(int lane) {
                            told.add("free " + lane);
                        }

                        @Override
                        public void blockFreed() {
                            told.add("a block is free");
                        }
                    });

    private void session(String connection, int generation, Step step, Integer lane) {
        SessionState state =
                new SessionState(
                        "s",
                        "u",
                        "c",
                        "g",
                        connection,
                        generation,
                        step,
                        lane == null ? null : new LaneLease(lane, 1, 0),
                        null,
                        0,
                        List.of(),
                        Instant.EPOCH);
        directory.apply(state.key(), state, 0);
    }

    @Test
    void theLastAttachHasTheSessionAndStaleWordsAreIgnored() {
        session("a", 1, Step.ATTACH, null);
        session("a", 1, Step.UPDATE, 3);
        session("b", 2, Step.ATTACH, 3);
        session("a", 1, Step.DETACH, 3);
        session("c", 2, Step.ATTACH, 3);
        session("b", 2, Step.UPDATE, 3);
        assertThat(directory.session("s").connection()).isEqualTo("c");
        assertThat(told).containsExactly("a>b", "stands b", "b>c", "stands c");
    }

    @Test
    void aLaneIsFreeWhenItsLastTenantIsGone() {
        session("a", 1, Step.ATTACH, 3);
        assertThat(directory.tenantsOf(3)).isEqualTo(1);
        session("a", 1, Step.UPDATE, null);
        session("a", 1, Step.UPDATE, 4);
        directory.apply("session/s", null, 0);
        assertThat(told).containsExactly("free 3", "free 4");
        assertThat(directory.tenantsOf(4)).isZero();
    }

    @Test
    void theFirstClaimOfABlockStandsUntilItIsWithdrawn() {
        directory.apply("block/0/g1", new BlockClaim(0, "g1"), 0);
        directory.apply("block/0/g2", new BlockClaim(0, "g2"), 0);
        directory.apply("block/0/g2", null, 0);
        assertThat(directory.blockOwner(0)).isEqualTo("g1");
        assertThat(told).isEmpty();
        directory.apply("block/0/g1", null, 0);
        assertThat(directory.blockOwner(0)).isNull();
        assertThat(told).containsExactly("a block is free");
    }

    @Test
    void theFirstUseOfATicketStands() {
        directory.apply("ticket-use/h", new TicketUsed("h", "one"), 0);
        directory.apply("ticket-use/h", new TicketUsed("h", "two"), 0);
        assertThat(directory.ticketUse("h")).isEqualTo("one");
    }
}
