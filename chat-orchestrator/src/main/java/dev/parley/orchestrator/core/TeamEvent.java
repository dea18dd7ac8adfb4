package dev.parley.orchestrator.core;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.parley.schemas.frame.ServerFrame;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a team's budget is shared by partitions of users. The one account of the team leases slices
 * of the budget to partitions, which admit from them and report what was used; topic {@code
 * parley.teams} to the account, {@code parley.slices} back to a partition, key team.
 *
 * <p>Tokens are input and output together, cost is in the currency of the prices. {@code partition}
 * is that of the users.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TeamEvent.SliceWanted.class, name = "slice_wanted"),
    @JsonSubTypes.Type(value = TeamEvent.SliceUsed.class, name = "slice_used"),
    @JsonSubTypes.Type(value = TeamEvent.SliceReturned.class, name = "slice_returned"),
    @JsonSubTypes.Type(value = TeamEvent.SliceGranted.class, name = "slice_granted"),
    @JsonSubTypes.Type(value = TeamEvent.SliceRefused.class, name = "slice_refused"),
    @JsonSubTypes.Type(value = TeamEvent.SliceRecalled.class, name = "slice_recalled")
})
public sealed interface TeamEvent {

    String team();

    int partition();

    Instant at();

    /** From a partition to the account. */
    sealed interface ToAccount extends TeamEvent permits SliceWanted, SliceUsed, SliceReturned {}

    /** From the account to a partition. */
    sealed interface ToPartition extends TeamEvent
            permits SliceGranted, SliceRefused, SliceRecalled {}

    /**
     * A message needs more than its partition's slice has; it waits for the answer.
     *
     * @param tokensLeast an answer may be shortened to this; equal to {@code tokens} when not
     */
    record SliceWanted(
            String team,
            int partition,
            String userId,
            String messageId,
            long tokens,
            BigDecimal cost,
            long tokensLeast,
            BigDecimal costLeast,
            Instant at)
            implements ToAccount {}

    /**
     * An answer has ended.
     *
     * @param tokensLeased the part of {@code tokens} that was taken from the slice
     */
    record SliceUsed(
            String team,
            int partition,
            long tokens,
            BigDecimal cost,
            long tokensLeased,
            BigDecimal costLeased,
            Instant at)
            implements ToAccount {}

    /** What a partition does not hold for running answers, as {@code recall} asked. */
    record SliceReturned(
            String team, int partition, long recall, long tokens, BigDecimal cost, Instant at)
            implements ToAccount {}

    /**
     * @param limits how the team's limits stand
     */
    record SliceGranted(
            String team,
            int partition,
            String userId,
            String messageId,
            long tokens,
            BigDecimal cost,
            List<ServerFrame.LimitState> limits,
            Instant at)
            implements ToPartition {
        public SliceGranted {
            limits = limits == null ? List.of() : List.copyOf(limits);
        }
    }

    /** The budget has not even the least. */
    record SliceRefused(
            String team,
            int partition,
            String userId,
            String messageId,
            ServerFrame.LimitState limit,
            @Nullable Long retryAfterS,
            Instant at)
            implements ToPartition {}

    record SliceRecalled(String team, int partition, long recall, Instant at)
            implements ToPartition {}
}
