package dev.parley.orchestrator.core;

import dev.parley.schemas.frame.ServerFrame;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a user has used of every limit that counts something, at one moment. */
public final class Meters {

    private static final int SHARE_DIGITS = 6;

    private final Limits limits;
    private final UserState user;
    private final Instant now;
    private final ZoneId zone;

    Meters(Limits limits, UserState user, Instant now, ZoneId zone) {
        this.limits = limits;
        this.user = user;
        this.now = now;
        this.zone = zone;
    }

    /** The report for a client. */
    public static ServerFrame.Usage usage(
            Limits limits, UserState user, Instant now, ZoneId budgetZone) {
        return new Meters(limits, user, now, budgetZone).usage();
    }

    /**
     * One limit.
     *
     * @param settled what is used for good
     * @param held what running answers may still use
     */
    record Meter(LimitName name, BigDecimal settled, BigDecimal held, BigDecimal max) {
        BigDecimal used() {
            return settled.add(held);
        }

        BigDecimal rest() {
            return max.subtract(used());
        }

        /** Whether nothing but running answers is in the way. */
        boolean heldOnly(BigDecimal need) {
            return held.signum() > 0 && settled.add(need).compareTo(max) <= 0;
        }

        boolean fits(BigDecimal need) {
            return need.compareTo(rest()) <= 0;
        }
    }

    @Nullable Meter meter(LimitName name) {
        BigDecimal max = limits.max(name);
        if (max == null) {
            return null;
        }
        return switch (name) {
            case REQUESTS_PER_SECOND, REQUESTS_PER_MINUTE, REQUESTS_PER_HOUR, REQUESTS_PER_DAY ->
                    new Meter(
                            name,
                            BigDecimal.valueOf(user.requests().sum(now, window(name))),
                            BigDecimal.ZERO,
                            max);
            case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY ->
                    new Meter(
                            name,
                            BigDecimal.valueOf(user.tokens().sum(now, window(name))),
                            BigDecimal.valueOf(user.heldTokens()),
                            max);
            case COST_PER_DAY ->
                    new Meter(name, user.spend().ofDay(now, zone), user.heldCost(), max);
            case COST_PER_MONTH ->
                    new Meter(name, user.spend().ofMonth(now, zone), user.heldCost(), max);
            case CONCURRENT_ANSWERS ->
                    new Meter(
                            name, BigDecimal.ZERO, BigDecimal.valueOf(user.running().size()), max);
            case MESSAGE_CHARS, ANSWER_TOKENS, ANSWER_SECONDS, TOOL_ROUNDS -> null;
        };
    }

    /**
     * The earliest moment at which {@code need} would fit if nothing else came and every running
     * answer used nothing. Where it would fit already, and only holds are in the way: the first
     * deadline of these.
     */
    @Nullable Instant fitsAt(Meter meter, BigDecimal need) {
        BigDecimal most = meter.max().subtract(need);
        if (meter.heldOnly(need)) {
            return user.running().stream()
                    .map(Running::deadline)
                    .min(Comparator.naturalOrder())
                    .orElse(null);
        }
        return switch (meter.name()) {
            case COST_PER_DAY -> Spend.dayEnd(now, zone);
            case COST_PER_MONTH -> Spend.monthEnd(now, zone);
            case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY ->
                    user.tokens().atMost(floor(most), now, window(meter.name()));
            case REQUESTS_PER_SECOND, REQUESTS_PER_MINUTE, REQUESTS_PER_HOUR, REQUESTS_PER_DAY ->
                    user.requests().atMost(floor(most), now, window(meter.name()));
            case CONCURRENT_ANSWERS, MESSAGE_CHARS, ANSWER_TOKENS, ANSWER_SECONDS, TOOL_ROUNDS ->
                    null;
        };
    }

    ServerFrame.Usage usage() {
        List<Meter> all = new ArrayList<>();
        for (LimitName name : LimitName.values()) {
            Meter meter = meter(name);
            if (meter != null) {
                all.add(meter);
            }
        }
        all.sort(Comparator.comparing(Meters::restShare));
        return new ServerFrame.Usage(
                all.stream().map(m -> line(m, emptyAt(m))).toList(), user.running().size());
    }

    static ServerFrame.LimitState state(Meter meter, @Nullable Instant resetsAt) {
        return new ServerFrame.LimitState(
                meter.name().wire(),
                Prices.plain(meter.used()),
                Prices.plain(meter.max()),
                resetsAt);
    }

    private static ServerFrame.LimitState line(Meter meter, @Nullable Instant resetsAt) {
        return new ServerFrame.LimitState(
                meter.name().wire(),
                Prices.plain(meter.used()),
                Prices.plain(meter.max()),
                resetsAt,
                Prices.plain(meter.rest().max(BigDecimal.ZERO)),
                null);
    }

    static Duration window(LimitName name) {
        return switch (name) {
            case REQUESTS_PER_SECOND -> Duration.ofSeconds(1);
            case REQUESTS_PER_MINUTE, TOKENS_PER_MINUTE -> Duration.ofMinutes(1);
            case REQUESTS_PER_HOUR, TOKENS_PER_HOUR -> Duration.ofHours(1);
            case REQUESTS_PER_DAY, TOKENS_PER_DAY -> Duration.ofDays(1);
            case COST_PER_DAY,
                    COST_PER_MONTH,
                    CONCURRENT_ANSWERS,
                    MESSAGE_CHARS,
                    ANSWER_TOKENS,
                    ANSWER_SECONDS,
                    TOOL_ROUNDS ->
                    throw new IllegalArgumentException(name + " is no sliding window");
        };
    }

    /** When everything settled has left the window; null when nothing is in it. */
    private @Nullable Instant emptyAt(Meter meter) {
        return meter.settled().signum() == 0
                ? null
                : switch (meter.name()) {
                    case COST_PER_DAY -> Spend.dayEnd(now, zone);
                    case COST_PER_MONTH -> Spend.monthEnd(now, zone);
                    case TOKENS_PER_MINUTE, TOKENS_PER_HOUR, TOKENS_PER_DAY ->
                            user.tokens().atMost(0, now, window(meter.name()));
                    case REQUESTS_PER_SECOND,
                            REQUESTS_PER_MINUTE,
                            REQUESTS_PER_HOUR,
                            REQUESTS_PER_DAY ->
                            user.requests().atMost(0, now, window(meter.name()));
                    case CONCURRENT_ANSWERS,
                            MESSAGE_CHARS,
                            ANSWER_TOKENS,
                            ANSWER_SECONDS,
                            TOOL_ROUNDS ->
                            null;
                };
    }

    private static BigDecimal restShare(Meter meter) {
        return meter.max().signum() == 0
                ? BigDecimal.ZERO
                : meter.rest().divide(meter.max(), SHARE_DIGITS, RoundingMode.DOWN);
    }

    private static long floor(BigDecimal value) {
        return value.setScale(0, RoundingMode.FLOOR).longValue();
    }
}
